import { z } from 'zod';

import { toStorable } from '../../domain/storable-text.ts';

/** Who promised to act: the MSP, its client (the other end), somebody else, or nobody said. */
const ACTION_OWNERS = ['msp', 'client', 'third_party', 'unknown'] as const;

/** As many as an account manager reads. */
const MAX_QUOTES = 5;

/**
 * A text that is not empty and has at most `maxCharacters`. What the database refuses becomes spaces, as
 * line breaks do, so that a paid answer is not requested again because of it.
 */
export const text = (maxCharacters: number) =>
  z
    .string()
    .overwrite((value) => toStorable(value).replace(/\s+/gu, ' ').trim())
    .min(1)
    .max(maxCharacters);

/** What was promised in a call. */
export const actions = (maxCount: number, maxCharacters: number) =>
  z
    .array(
      z.strictObject({
        description: text(maxCharacters).describe('What was promised, in one sentence.'),
        owner: z.enum(ACTION_OWNERS).describe('Who promised it.'),
        due: text(100).nullable().describe('The very words in which the time was said, else null.'),
      }),
    )
    .max(maxCount)
    .describe('What somebody promised to do; empty when nothing was promised.');

export const quotes = (maxCharacters: number) =>
  z
    .array(text(maxCharacters))
    .max(MAX_QUOTES)
    .describe('Up to five stretches of what one party said, word for word.');

export const callerName = text(200)
  .nullable()
  .describe("The name of the client's person if it was said, else null.");

/**
 * A schema in the form that structured output accepts. Lengths are left out, because strict modes
 * refuse keywords that they do not enforce; the reply is checked against them afterwards.
 */
export function toServerSchema(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _, ...serverSchema } = z.toJSONSchema(schema, {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      delete jsonSchema.minLength;
      delete jsonSchema.maxLength;
      delete jsonSchema.maxItems;
    },
  });
  return serverSchema;
}

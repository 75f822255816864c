import { z } from 'zod';

import { toStorable } from '../../domain/storable-text.ts';

/** How urgent a matter is for the client's business. */
export const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;
export const SENTIMENTS = ['positive', 'neutral', 'negative', 'mixed'] as const;

/** Who promised to act: the MSP, its client (the other end), somebody else, or nobody said. */
const ACTION_OWNERS = ['msp', 'client', 'third_party', 'unknown'] as const;

/** As many as an account manager reads. */
const MOST_QUOTES = 5;

/**
 * A text that is not empty and has at most so many characters. What the database refuses becomes
 * spaces, as line breaks do: a paid answer is not asked for again because of it.
 */
export const text = (most: number) =>
  z
    .string()
    .overwrite((value) => toStorable(value).replace(/\s+/gu, ' ').trim())
    .min(1)
    .max(most);

/** What was promised in a call. */
export const actions = (most: number, mostCharacters: number) =>
  z
    .array(
      z.strictObject({
        description: text(mostCharacters).describe('What was promised, in one sentence.'),
        owner: z.enum(ACTION_OWNERS).describe('Who promised it.'),
        due: text(100).nullable().describe('The very words in which the time was said, else null.'),
      }),
    )
    .max(most)
    .describe('What somebody promised to do; empty when nothing was promised.');

export const quotes = (mostCharacters: number) =>
  z
    .array(text(mostCharacters))
    .max(MOST_QUOTES)
    .describe('Up to five stretches of what one party said, word for word.');

export const callerName = text(200)
  .nullable()
  .describe("The name of the client's person if it was said, else null.");

/**
 * A schema as the server's structured output takes it: lengths are left out, because strict modes
 * refuse keywords that they do not enforce; they are checked here afterwards.
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

import { z } from 'zod';

import { PRIORITIES, SENTIMENTS } from '../../domain/analysis.ts';
import { actions, callerName, quotes, text, toServerSchema } from './schema-parts.ts';
import { estimateTokens } from './tokens.ts';

/**
 * The share of the notes of one part in the request that merges them. About 2,700 characters of
 * English, which is a page for an hour of talk.
 */
export const NOTES_MAX_TOKENS = 1_500;

/** The limit that the model is told, since it does not count tokens: less than fits, as its estimate may be off. */
export const NOTES_TOLD_CHARACTERS = 2_000;

/** Notes of one part of a long call. */
export const notesSchema = z
  .strictObject({
    summary: text(1500).describe('What was said and agreed in this part, in two to six sentences.'),
    matters: z
      .array(text(300))
      .max(5)
      .describe('What the client called about, as far as this part tells; one sentence each.'),
    priority: z.enum(PRIORITIES).describe("How urgent that is for the client's business."),
    sentiment: z.enum(SENTIMENTS).describe('How the client sounded in this part.'),
    resolved: z.boolean().describe('Whether the matters were settled at the end of this part.'),
    actions: actions(10, 300),
    callerName,
    quotes: quotes(300),
  })
  .refine(
    (notes) => estimateTokens(JSON.stringify(notes)) <= NOTES_MAX_TOKENS,
    `Too big: expected the whole object to have at most ${NOTES_TOLD_CHARACTERS} characters`,
  );

export type Notes = z.infer<typeof notesSchema>;

export const notesJsonSchema = toServerSchema(notesSchema);

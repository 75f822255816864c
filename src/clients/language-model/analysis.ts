import { z } from 'zod';

import { CATEGORIES, PRIORITIES, SENTIMENTS } from '../../domain/analysis.ts';
import { actions, callerName, quotes, text, toServerSchema } from './schema-parts.ts';

/**
 * The analysis of one call: strict, with every field present and every set of values closed. The
 * limits are far above what one call needs; they keep a model that repeats itself out of the database.
 */
export const analysisSchema = z.strictObject({
  summary: text(4000).describe('What was said and agreed, in two to five sentences.'),
  reasonForCall: text(1000).describe('Why the call was made, in one sentence.'),
  category: z.enum(CATEGORIES).describe('The kind of matter the call was about.'),
  priority: z.enum(PRIORITIES).describe("How urgent the matter is for the client's business."),
  sentiment: z.enum(SENTIMENTS).describe('How the client sounded over the whole call.'),
  resolved: z.boolean().describe('Whether the matter was settled before the call ended.'),
  actions: actions(50, 1000),
  followUpNeeded: z.boolean().describe('Whether anybody has to get back to the client.'),
  callerName,
  quotes: quotes(1000),
});

export type Analysis = z.infer<typeof analysisSchema>;

export const analysisJsonSchema = toServerSchema(analysisSchema);

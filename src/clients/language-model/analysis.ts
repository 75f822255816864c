import { z } from 'zod';

/** What a call was about. Closed, so that it can be counted. */
const CATEGORIES = [
  'incident',
  'service_request',
  'question',
  'project',
  'sales',
  'billing',
  'complaint',
  'vendor',
  'personal',
  'spam',
  'other',
] as const;

const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;
const SENTIMENTS = ['positive', 'neutral', 'negative', 'mixed'] as const;

/** Who promised to act: the MSP, its client (the other end), somebody else, or nobody said. */
const ACTION_OWNERS = ['msp', 'client', 'third_party', 'unknown'] as const;

/**
 * The limits are far above what a summary of one call needs; they keep a model that repeats itself out
 * of the database.
 */
const sentence = z.string().trim().min(1).max(1000);

/** The analysis of one call: strict, every field present, every list of words closed. */
export const analysisSchema = z.strictObject({
  summary: z
    .string()
    .trim()
    .min(1)
    .max(4000)
    .describe('What was said and agreed, in two to five sentences.'),
  reasonForCall: sentence.describe('Why the call was made, in one sentence.'),
  category: z.enum(CATEGORIES).describe('The kind of matter the call was about.'),
  priority: z.enum(PRIORITIES).describe("How urgent the matter is for the client's business."),
  sentiment: z.enum(SENTIMENTS).describe('How the client sounded over the whole call.'),
  resolved: z.boolean().describe('Whether the matter was settled before the call ended.'),
  actions: z
    .array(
      z.strictObject({
        description: sentence.describe('What was promised, in one sentence.'),
        owner: z.enum(ACTION_OWNERS).describe('Who promised it.'),
      }),
    )
    .max(50)
    .describe('What somebody promised to do; empty when nothing was promised.'),
  followUpNeeded: z.boolean().describe('Whether anybody has to get back to the client.'),
  callerName: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullable()
    .describe("The name of the client's person if it was said, else null."),
});

export type Analysis = z.infer<typeof analysisSchema>;

/**
 * The schema as the server's structured output takes it: lengths are left out, because strict modes
 * refuse keywords they do not enforce; they are checked here afterwards.
 */
export const analysisJsonSchema: Readonly<Record<string, unknown>> = toServerSchema();

function toServerSchema(): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(analysisSchema, {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      delete jsonSchema.minLength;
      delete jsonSchema.maxLength;
      delete jsonSchema.maxItems;
    },
  });
  return schema;
}

import { z } from 'zod';

import { analysis, companyRef, recognition } from './schemas.ts';

/** What a transcript or an analysis was made by. */
const made = {
  isCurrent: z.boolean().describe('The one that counts now.'),
  at: z.iso.datetime(),
  runId: z.string().describe('The Temporal run that made it.'),
  model: z.string().describe('The model that was asked; of an analysis, as its answer names it.'),
  languageCode: z.string().nullable().describe('BCP 47.'),
};

export const transcriptsReply = z
  .strictObject({
    transcripts: z.array(
      z.strictObject({
        ...made,
        provider: z.string().nullable().describe('null where it was not recorded yet.'),
        billedSeconds: z.int().nullable().describe('null where nobody says.'),
        submissionId: z
          .string()
          .describe('Names the transcript; an analysis has that of the one it was made from.'),
        text: z.string().describe('One line per turn: "Caller: Hello."'),
        recognition,
      }),
    ),
  })
  .meta({ id: 'Transcripts', description: 'Every transcript of a call, oldest first.' });

export const analysesReply = z
  .strictObject({
    analyses: z.array(
      z.strictObject({
        ...made,
        promptVersion: z.string(),
        submissionId: z.string(),
        company: companyRef.nullable(),
        inputTokens: z.int(),
        outputTokens: z.int(),
        analysis,
      }),
    ),
  })
  .meta({ id: 'Analyses', description: 'Every analysis of a call, oldest first.' });

export type TranscriptsReply = z.infer<typeof transcriptsReply>;
export type AnalysesReply = z.infer<typeof analysesReply>;

import { z } from 'zod';

import { companyRef } from './schemas.ts';

/** What a transcript or an analysis was made by. */
const made = {
  /** The one that counts now. */
  isCurrent: z.boolean(),
  at: z.iso.datetime(),
  /** The Temporal run that made it. */
  runId: z.string(),
  /** The model that was asked; of an analysis, as its answer names it. */
  model: z.string(),
  languageCode: z.string().nullable(),
};

export const transcriptsReply = z.object({
  transcripts: z.array(
    z.object({
      ...made,
      /** null where it was not recorded yet. */
      provider: z.string().nullable(),
      /** null where nobody says. */
      billedSeconds: z.int().nullable(),
      /** Names the transcript; an analysis has that of the one it was made from. */
      submissionId: z.string(),
      /** One line per turn: "Caller: Hello." */
      text: z.string(),
      /** How the transcription was requested. */
      recognition: z.unknown().nullable(),
    }),
  ),
});

export const analysesReply = z.object({
  analyses: z.array(
    z.object({
      ...made,
      promptVersion: z.string(),
      submissionId: z.string(),
      company: companyRef.nullable(),
      inputTokens: z.int(),
      outputTokens: z.int(),
      analysis: z.unknown(),
    }),
  ),
});

export type TranscriptsReply = z.infer<typeof transcriptsReply>;
export type AnalysesReply = z.infer<typeof analysesReply>;

import { z } from 'zod';

/**
 * The stored form of a transcript's segments: the one schema for the column, for the API's reply and
 * for what a step reads back. Times are seconds from the start of the audio.
 */
export const transcriptSegments = z.array(
  z.object({
    /** The channel (1-based) or the speaker's label; `null` when neither is known. */
    speaker: z.string().nullable(),
    channel: z.int().nullable(),
    startSeconds: z.number(),
    endSeconds: z.number(),
    text: z.string(),
  }),
);

/** A stretch of speech. */
export type TranscriptSegment = Readonly<z.infer<typeof transcriptSegments>[number]>;

/** How many segments were left out because nobody can have said them, and how many loops were cut. */
export const leftOutCounts = z.strictObject({
  /** Their channel is silent there, or has nothing but steady sound. */
  silent: z.int(),
  /** They repeat what a louder channel has at the same time. */
  bleed: z.int(),
  /** A word or phrase was repeated more often than there is speech for. */
  loops: z.int(),
});

export type LeftOut = Readonly<z.infer<typeof leftOutCounts>>;

/** What a provider of transcriptions heard in a recording. */
export type ParsedTranscript = {
  /** The segments' texts in time order, one per line; empty when there were no words. */
  readonly text: string;
  readonly segments: readonly TranscriptSegment[];
  /** BCP 47 (`en-GB`), `null` when the result does not say. */
  readonly languageCode: string | null;
  /** Seconds that the provider bills, all channels together; `null` when nobody says. */
  readonly billedSeconds: number | null;
};

import { z } from 'zod';
import { FaultInputSchema } from './faults.ts';

/** The form of a callSid, recordgroup and recordid that the gateway accepts. */
const KeyPartSchema = z
  .string()
  .regex(/^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'is not a name the gateway would accept');

const WordSchema = z.strictObject({
  /** 1-based. */
  channel: z.int().min(1).max(8),
  /** The speaker, if several speak on one channel. */
  speaker: z.string().min(1).optional(),
  /** Seconds from the start of the audio. */
  start: z.number().nonnegative(),
  end: z.number().nonnegative(),
  text: z.string().min(1),
});
/** One spoken word, or a few words that belong together. */
export type Word = z.infer<typeof WordSchema>;

const ExpectationSchema = z.strictObject({
  status: z.enum(['COMPLETED', 'FAILED']),
  outcome: z.enum(['ANALYZED', 'NO_SPEECH']).optional(),
  companyMatch: z.enum(['MATCHED', 'AMBIGUOUS', 'UNKNOWN', 'WITHHELD', 'INTERNAL']).optional(),
  company: z.string().optional(),
  failedStep: z.string().optional(),
  failureCode: z.string().optional(),
});
/** How the call ends if the service works correctly. */
export type Expectation = z.infer<typeof ExpectationSchema>;

const ReplyFormSchema = z.strictObject({
  /** Whether the base64 is in `data.data` (nested) or directly in `data` (flat). */
  data: z.enum(['nested', 'flat']).default('nested'),
  /** Whether `responses` is an array or a single object. */
  responses: z.enum(['array', 'object']).default('array'),
  /** Whether sha1, size and mimetype come before or after the base64. */
  facts: z.enum(['before', 'after']).default('before'),
});
/** The form of the phone system's answer for a recording: all of them occur in practice. */
export type ReplyForm = z.infer<typeof ReplyFormSchema>;

const commonFields = {
  title: z.string().optional(),
  callRecordingId: KeyPartSchema,
  recordgroup: KeyPartSchema,
  recordid: KeyPartSchema,
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  reply: ReplyFormSchema.optional(),
  words: z.array(WordSchema).optional(),
  /** Plain text instead of words, spoken on channel 1 at an even pace. */
  transcript: z.string().optional(),
  expect: ExpectationSchema.default({ status: 'COMPLETED' }),
  faults: z.array(FaultInputSchema).default([]),
};

function hasOneKindOfWords(file: { words?: unknown; transcript?: unknown }): boolean {
  return file.words === undefined || file.transcript === undefined;
}
const WORDS_OR_TRANSCRIPT = { error: 'Give words or a transcript, not both.' };

/** A sample's JSON file; `audio` is a file in the same folder, by default of the same base name. */
export const SampleFileSchema = z
  .strictObject({ ...commonFields, audio: z.string().optional() })
  .refine(hasOneKindOfWords, WORDS_OR_TRANSCRIPT);
export type SampleFile = z.infer<typeof SampleFileSchema>;

const GeneratedAudioSchema = z
  .strictObject({
    kind: z.enum(['noise', 'tone', 'silence']),
    seconds: z.number().positive().optional(),
    /** The size of the whole WAV file, instead of seconds. */
    sizeBytes: z.int().min(46).optional(),
    channels: z.int().min(1).max(8).default(1),
    sampleRateHertz: z.int().min(8000).max(48000).default(8000),
  })
  .refine((audio) => (audio.seconds === undefined) !== (audio.sizeBytes === undefined), {
    error: 'Give either seconds or sizeBytes.',
  });
/** A WAV file that is made while it is sent: 16-bit PCM, the same bytes every time. */
export type GeneratedAudio = z.infer<typeof GeneratedAudioSchema>;

/** A recording added over the control plane; `file` is the name of a file among the samples. */
export const RecordingInputSchema = z
  .strictObject({
    ...commonFields,
    audio: z.union([
      z.strictObject({ generate: GeneratedAudioSchema }),
      z.strictObject({ file: z.string() }),
      z.strictObject({ base64: z.base64() }),
    ]),
  })
  .refine(hasOneKindOfWords, WORDS_OR_TRANSCRIPT);
export type RecordingInput = z.infer<typeof RecordingInputSchema>;

/** 150 words a minute, about the pace of people on the telephone. */
const SECONDS_PER_WORD = 0.4;

/** Returns the words of a sample; null if the file does not give them, which is not silence ([]). */
export function toWords(file: {
  words?: Word[] | undefined;
  transcript?: string | undefined;
}): Word[] | null {
  if (file.words !== undefined) {
    return file.words.toSorted((a, b) => a.start - b.start);
  }
  const texts = file.transcript?.split(/\s+/).filter((text) => text !== '');
  return (
    texts?.map((text, index) => ({
      channel: 1,
      start: round(index * SECONDS_PER_WORD),
      end: round((index + 1) * SECONDS_PER_WORD),
      text,
    })) ?? null
  );
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** Describes the errors in a file or a request in one line, field by field. */
export function describeProblems(error: z.ZodError): string {
  return error.issues
    .map((issue) =>
      issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`,
    )
    .join('; ');
}

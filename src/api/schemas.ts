import { z } from 'zod';

import {
  CALL_STATUSES,
  COMPANY_MATCHES,
  DIRECTIONS,
  isCallKeyPart,
  OUTCOMES,
} from '../domain/call.ts';
import { REDO_STEPS } from '../domain/names.ts';
import { leftOutCounts, transcriptSegments } from '../domain/transcript.ts';
import { mayHoldPhoneNumber, REASON_MAX_LENGTH } from '../domain/reprocess-request.ts';

const FORM =
  'must be a text of 1 to 128 letters, digits, dots, dashes and underscores that begins with a letter or digit and has no two dots in a row';

export const callSid = z.string(FORM).refine(isCallKeyPart, FORM);

/** Phone systems write these as text or as a number; this service keeps them as text. */
export const recordKey = z
  .union(
    [z.string().refine(isCallKeyPart, FORM), z.int().nonnegative()],
    `${FORM}, or a whole number up to 2^53`,
  )
  .transform(String);

export const submitBody = z.strictObject({
  callRecordingId: callSid,
  recordgroup: recordKey,
  recordid: recordKey,
});

export const callParams = z.object({ callSid });

export const reprocessBody = z
  .strictObject({
    from: z.enum(REDO_STEPS, `must be one of ${REDO_STEPS.join(', ')}`).optional(),
    reason: z
      .string()
      .max(REASON_MAX_LENGTH, `must have at most ${REASON_MAX_LENGTH} characters`)
      .refine(
        (reason) => !mayHoldPhoneNumber(reason),
        'must not contain six or more digits: it is kept in the history, which must not contain a phone number',
      )
      .optional(),
  })
  // A request without a body asks for the default.
  .nullish();

const time = z.iso.datetime().nullable();

const links = z.object({
  self: z.string(),
  temporal: z.string().nullable(),
  reprocess: z.string(),
});

export const runReply = z.object({
  callSid: z.string(),
  workflowId: z.string(),
  runId: z.string(),
  status: z.enum(CALL_STATUSES),
  links,
});

/** What was used of the paid systems, and what that costs at the configured prices; null where one is missing. */
export const cost = z.object({
  currency: z.string(),
  speech: z.number().nullable(),
  analysis: z.number().nullable(),
  total: z.number().nullable(),
  speechSeconds: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  estimated: z.boolean(),
});

export const companyRef = z.object({ connectwiseId: z.string(), name: z.string() });

export const callReply = z.object({
  callSid: z.string(),
  status: z.enum(CALL_STATUSES),
  outcome: z.enum(OUTCOMES).nullable(),
  /** The outcome of the call, in words for a dispatcher. */
  explanation: z.string(),
  startTime: time,
  endTime: time,
  /** Whole seconds from the first start to the last completion. */
  duration: z.int().nullable(),
  recordedAt: time,
  /** Length of the audio in seconds. */
  recordingSeconds: z.number().nullable(),
  recordingUrl: z.string().nullable(),
  /** `MISMATCH`: the recording is not as the phone system describes it, and RECORDING_INTEGRITY is `warn`. */
  integrity: z.string().nullable(),
  externalPhoneNumber: z.string().nullable(),
  direction: z.enum(DIRECTIONS).nullable(),
  companyMatch: z.enum(COMPANY_MATCHES).nullable(),
  company: companyRef.nullable(),
  /** The companies that share the number of an AMBIGUOUS match; otherwise none. */
  companyCandidates: z.array(companyRef),
  failure: z.object({ step: z.string(), code: z.string(), message: z.string() }).nullable(),
  /** Set while a step is tried again by itself, or while no worker takes the call up. */
  waiting: z
    .object({
      step: z.string(),
      /** The number of the attempt that failed last; 0 when none has. */
      attempt: z.int(),
      code: z.string(),
      message: z.string(),
      since: z.iso.datetime(),
      nextAttemptAt: time,
    })
    .nullable(),
  analysis: z.unknown().nullable(),
  /**
   * What all transcriptions and analyses of the call have used so far, also in vain, and what that
   * costs at the configured prices; amounts are null where no price is configured. A transcription
   * that was lost counts with the length of the recording, for each channel; `estimated` says that
   * there is one.
   */
  cost: cost.nullable(),
  links,
});

export const logReply = z.object({
  entries: z.array(
    z.object({
      at: z.iso.datetime(),
      step: z.string(),
      event: z.string(),
      status: z.string(),
      message: z.string(),
      attempt: z.int(),
      /** The name of the key that asked for it, if one did. */
      actor: z.string().nullable(),
    }),
  ),
});

export const transcriptReply = z.object({
  /** One line per turn: "Caller: Hello." */
  text: z.string(),
  turns: z.array(
    z.object({
      speaker: z.string().nullable(),
      startSeconds: z.number(),
      endSeconds: z.number(),
      text: z.string(),
    }),
  ),
  segments: transcriptSegments,
  languageCode: z.string().nullable(),
  /** How the transcription was requested: model, languages, channels and so on. */
  recognition: z.unknown().nullable(),
  /** What the recogniser gave and nobody can have said; null where nobody has listened to the recording. */
  leftOut: leftOutCounts.nullable(),
});

export type RunReply = z.infer<typeof runReply>;
export type CallReply = z.infer<typeof callReply>;
export type LogReply = z.infer<typeof logReply>;
export type TranscriptReply = z.infer<typeof transcriptReply>;

import { z } from 'zod';

import {
  CALL_KEY_PART,
  CALL_STATUSES,
  COMPANY_MATCHES,
  DIRECTIONS,
  OUTCOMES,
} from '../domain/call.ts';
import { REDO_STEPS } from '../domain/names.ts';
import { leftOutCounts, transcriptSegments } from '../domain/transcript.ts';
import { mayHoldPhoneNumber, REASON_MAX_LENGTH } from '../domain/reprocess-request.ts';
import { hasAtMost, NO_CONTROLS } from './lengths.ts';

const FORM =
  'must be a text of 1 to 128 letters, digits, dots, dashes and underscores that begins with a letter or digit and has no two dots in a row';

export const callSid = z
  .string(FORM)
  .regex(CALL_KEY_PART, FORM)
  .describe('The id of a call: the `callRecordingId` of the phone system.');

/** Phone systems write these as text or as a number; this service keeps them as text. */
export const recordKey = z
  .union(
    [z.string().regex(CALL_KEY_PART, FORM), z.int().nonnegative()],
    `${FORM}, or a whole number up to 2^53`,
  )
  .transform(String);

export const submitBody = z.strictObject({
  callRecordingId: callSid,
  recordgroup: recordKey,
  recordid: recordKey,
});

export const callParams = z.strictObject({ callSid });

export const redoStep = z
  .enum(REDO_STEPS, `must be one of ${REDO_STEPS.join(', ')}`)
  .describe('The step to begin at; what depends on it is done again too.');

/** Why something is done again, for the log. */
export const reason = z
  .string()
  .refine(hasAtMost(REASON_MAX_LENGTH), `must have at most ${REASON_MAX_LENGTH} characters`)
  .refine(
    (text) => !mayHoldPhoneNumber(text),
    'must not contain six or more digits: it is kept in the history, which must not contain a phone number',
  )
  .meta({
    maxLength: REASON_MAX_LENGTH,
    pattern: NO_CONTROLS,
    description: 'Why, for the log; with five digits at most.',
  });

export const reprocessBody = z
  .strictObject({
    from: redoStep.optional(),
    reason: reason.optional(),
  })
  // A request without a body asks for the default.
  .nullish();

const time = z.iso.datetime().nullable();

const links = z.strictObject({
  self: z.string(),
  temporal: z
    .string()
    .nullable()
    .describe("The run in Temporal's Web UI, if its address is known."),
  reprocess: z.string(),
});

export const runReply = z
  .strictObject({
    callSid: z.string(),
    workflowId: z.string(),
    runId: z.string(),
    status: z.enum(CALL_STATUSES),
    links,
  })
  .meta({ id: 'Run', description: 'The run that processes a call.' });

const amount = z.number().nullable();

export const cost = z
  .strictObject({
    currency: z.string().describe('ISO 4217.'),
    speech: amount,
    analysis: amount,
    total: amount,
    speechSeconds: z.int().nullable(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    estimated: z
      .boolean()
      .describe('Some of it is what was probably billed, because a transcription was lost.'),
  })
  .meta({
    id: 'Cost',
    description:
      'What was used of the paid systems, and what that costs at the configured prices; null where that is not known.',
  });

export const companyRef = z
  .strictObject({ connectwiseId: z.string(), name: z.string() })
  .meta({ id: 'Company', description: 'A company in ConnectWise.' });

export const analysis = z
  .unknown()
  .describe('What the language model found: summary, category, priority, quotes and so on.');

export const recognition = z
  .unknown()
  .describe('How the transcription was requested: model, languages, channels and so on.');

const seconds = z.number().min(0);

const talk = z
  .strictObject({
    callerSeconds: seconds
      .nullable()
      .describe('How long the other side spoke; null while the direction of the call is unknown.'),
    agentSeconds: seconds.nullable().describe('How long ours spoke; null likewise.'),
    silenceSeconds: seconds.describe('How long neither spoke.'),
    longestSilenceSeconds: seconds.describe('The longest time in which neither spoke.'),
    interruptions: z
      .int()
      .min(0)
      .describe('How often one side began to speak in the middle of what the other said.'),
  })
  .meta({ id: 'Talk', description: 'Who spoke for how long, as heard in the recording.' });

export const callReply = z
  .strictObject({
    callSid: z.string(),
    status: z.enum(CALL_STATUSES),
    outcome: z.enum(OUTCOMES).nullable().describe('null until the call is COMPLETED.'),
    explanation: z.string().describe('The outcome of the call, in words for a dispatcher.'),
    startTime: time.describe('When processing first began.'),
    endTime: time,
    duration: z
      .int()
      .nullable()
      .describe('Whole seconds from the first start to the last completion.'),
    recordedAt: time,
    recordingSeconds: z.number().nullable().describe('Length of the audio in seconds.'),
    talk: talk.nullable().describe('null unless two channels with different sound were heard.'),
    recordingUrl: z.string().nullable().describe('Where the recording is archived.'),
    integrity: z
      .string()
      .nullable()
      .describe(
        '`MISMATCH`: the recording is not as the phone system describes it, and RECORDING_INTEGRITY is `warn`.',
      ),
    externalPhoneNumber: z.string().nullable(),
    direction: z.enum(DIRECTIONS).nullable().describe('From the point of view of the MSP.'),
    companyMatch: z.enum(COMPANY_MATCHES).nullable(),
    company: companyRef.nullable(),
    companyCandidates: z
      .array(companyRef)
      .describe('The companies that share the number of an AMBIGUOUS match; otherwise none.'),
    failure: z
      .strictObject({ step: z.string(), code: z.string(), message: z.string() })
      .nullable()
      .describe('Why the call is FAILED.'),
    waiting: z
      .strictObject({
        step: z.string(),
        attempt: z.int().describe('The number of the attempt that failed last; 0 when none has.'),
        code: z.string(),
        message: z.string(),
        since: z.iso.datetime(),
        nextAttemptAt: time.describe('null: now.'),
      })
      .nullable()
      .describe('Set while a step is tried again by itself, or while no worker takes the call up.'),
    analysis,
    cost: cost
      .nullable()
      .describe('Of all transcriptions and analyses of the call so far, also in vain.'),
    links,
  })
  .meta({ id: 'Call', description: 'What is known about a call.' });

export const logReply = z
  .strictObject({
    entries: z.array(
      z.strictObject({
        at: z.iso.datetime(),
        step: z.string(),
        event: z.string(),
        status: z.string(),
        message: z.string(),
        attempt: z.int().describe('0 for what can happen only once in a step.'),
        actor: z.string().nullable().describe('The name of the key that asked for it, if one did.'),
      }),
    ),
  })
  .meta({ id: 'Log', description: 'Every attempt of every step, oldest first.' });

export const transcriptReply = z
  .strictObject({
    text: z.string().describe('One line per turn: "Caller: Hello."'),
    turns: z.array(
      z.strictObject({
        speaker: z.string().nullable().describe('null when the audio does not show who speaks.'),
        startSeconds: z.number(),
        endSeconds: z.number(),
        text: z.string(),
      }),
    ),
    segments: z.array(transcriptSegments.element.strict()),
    languageCode: z.string().nullable().describe('BCP 47.'),
    leftOut: leftOutCounts
      .nullable()
      .describe(
        'What was left out because nobody can have said it; null where the recording was not heard.',
      ),
    recognition,
  })
  .meta({ id: 'Transcript', description: 'What was said in a call.' });

export type RunReply = z.infer<typeof runReply>;
export type CallReply = z.infer<typeof callReply>;
export type LogReply = z.infer<typeof logReply>;
export type TranscriptReply = z.infer<typeof transcriptReply>;

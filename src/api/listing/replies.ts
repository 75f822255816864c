import { z } from 'zod';

import { CALL_STATUSES, COMPANY_MATCHES, DIRECTIONS, OUTCOMES } from '../../domain/call.ts';

const time = z.iso.datetime();

const listedCall = z.object({
  callSid: z.string(),
  status: z.enum(CALL_STATUSES),
  outcome: z.enum(OUTCOMES).nullable(),
  /** When processing began; the order of the list. */
  startTime: time,
  recordedAt: time.nullable(),
  recordingSeconds: z.number().nullable(),
  externalPhoneNumber: z.string().nullable(),
  direction: z.enum(DIRECTIONS).nullable(),
  companyMatch: z.enum(COMPANY_MATCHES).nullable(),
  company: z.object({ connectwiseId: z.string(), name: z.string() }).nullable(),
  /** The first words of the summary. */
  summary: z.string().nullable(),
  category: z.string().nullable(),
  priority: z.string().nullable(),
  sentiment: z.string().nullable(),
  /** Whether somebody has to get back to the client. */
  followUp: z.boolean().nullable(),
  failure: z.object({ step: z.string(), code: z.string() }).nullable(),
  waiting: z
    .object({ step: z.string(), code: z.string(), since: time, nextAttemptAt: time.nullable() })
    .nullable(),
  /** Where the call has what was searched for; `null` without a search. */
  hits: z
    .array(
      z.object({
        in: z.enum(['company', 'summary', 'quotes', 'transcript']),
        /** The text in pieces, plain and never HTML. */
        pieces: z.array(z.object({ text: z.string(), hit: z.boolean() })),
      }),
    )
    .nullable(),
  links: z.object({ self: z.string() }),
});

export const callsReply = z.object({
  calls: z.array(listedCall),
  /** For the next page; `null` when there is none. */
  nextCursor: z.string().nullable(),
});

export const failuresReply = z.object({
  failures: z.array(
    z.object({
      step: z.string(),
      code: z.string(),
      count: z.int(),
      firstSeen: time,
      lastSeen: time,
      /** What the code means; `null` for a code that this version does not know. */
      meaning: z.string().nullable(),
      /** What to do about it. */
      remedy: z.string().nullable(),
      links: z.object({ calls: z.string() }),
    }),
  ),
});

export type CallsReply = z.infer<typeof callsReply>;
export type FailuresReply = z.infer<typeof failuresReply>;

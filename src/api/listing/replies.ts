import { z } from 'zod';

import { CALL_STATUSES, COMPANY_MATCHES, DIRECTIONS, OUTCOMES } from '../../domain/call.ts';
import { companyRef } from '../schemas.ts';

const time = z.iso.datetime();

const listedCall = z
  .strictObject({
    callSid: z.string(),
    status: z.enum(CALL_STATUSES),
    outcome: z.enum(OUTCOMES).nullable(),
    startTime: time.describe('When processing began; the order of the list.'),
    recordedAt: time.nullable(),
    recordingSeconds: z.number().nullable(),
    externalPhoneNumber: z.string().nullable(),
    direction: z.enum(DIRECTIONS).nullable(),
    companyMatch: z.enum(COMPANY_MATCHES).nullable(),
    company: companyRef.nullable(),
    summary: z.string().nullable().describe('The first words of the summary.'),
    category: z.string().nullable(),
    priority: z.string().nullable(),
    sentiment: z.string().nullable(),
    followUp: z.boolean().nullable().describe('Whether somebody has to get back to the client.'),
    failure: z.strictObject({ step: z.string(), code: z.string() }).nullable(),
    waiting: z
      .strictObject({
        step: z.string(),
        code: z.string(),
        since: time,
        nextAttemptAt: time.nullable(),
      })
      .nullable(),
    hits: z
      .array(
        z.strictObject({
          in: z.enum(['company', 'summary', 'quotes', 'transcript']),
          pieces: z
            .array(z.strictObject({ text: z.string(), hit: z.boolean() }))
            .describe('The text in pieces, plain and never HTML.'),
        }),
      )
      .nullable()
      .describe('Where the call has what was searched for; null without a search.'),
    links: z.strictObject({ self: z.string() }),
  })
  .meta({ id: 'ListedCall', description: 'A call in a list.' });

export const callsReply = z
  .strictObject({
    calls: z.array(listedCall),
    nextCursor: z.string().nullable().describe('For the next page; null when there is none.'),
  })
  .meta({ id: 'Calls', description: 'A page of a list of calls.' });

export const failuresReply = z
  .strictObject({
    failures: z.array(
      z.strictObject({
        step: z.string(),
        code: z.string(),
        count: z.int(),
        firstSeen: time,
        lastSeen: time,
        meaning: z
          .string()
          .nullable()
          .describe('What the code means; null for a code that this version does not know.'),
        remedy: z.string().nullable().describe('What to do about it.'),
        // No filter takes what this version does not know.
        links: z.strictObject({ calls: z.string().nullable() }),
      }),
    ),
  })
  .meta({ id: 'Failures', description: 'Failed calls by step and code, the most frequent first.' });

export type CallsReply = z.infer<typeof callsReply>;
export type FailuresReply = z.infer<typeof failuresReply>;

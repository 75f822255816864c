import { z } from 'zod';

import { CATEGORIES, PRIORITIES, SENTIMENTS } from '../domain/analysis.ts';
import { COMPANY_MATCHES, OUTCOMES } from '../domain/call.ts';
import { ERROR_CODES, isErrorCode } from '../domain/error-codes.ts';
import { REDO_STEPS, STEPS } from '../domain/names.ts';
import { hasAtMost, NO_CONTROLS } from './lengths.ts';
import { cost, reason, redoStep } from './schemas.ts';
import { isOfCalls, YEARS } from './times.ts';

const word = z
  .string()
  .min(1, 'must not be empty')
  .refine(hasAtMost(100), 'must have at most 100 characters')
  .meta({
    minLength: 1,
    maxLength: 100,
    pattern: NO_CONTROLS,
    description: 'The ConnectWise id of a company.',
  });
const MOMENT_FORM = 'must be a time such as 2026-11-30T08:00:00Z, from 1970 to 9999';
const moment = z.iso
  .datetime({ offset: true, error: MOMENT_FORM })
  .refine((text) => isOfCalls(new Date(text)), MOMENT_FORM)
  .meta({ pattern: YEARS, description: 'A time from 1970 to 9999.' });

/** Calls in progress cannot be reprocessed, so only those that have ended can be meant. */
const filter = z
  .strictObject({
    status: z.enum(['FAILED', 'COMPLETED']).default('FAILED'),
    outcome: z.enum(OUTCOMES).optional(),
    failureCode: z.enum(Object.keys(ERROR_CODES).filter(isErrorCode)).optional(),
    failedStep: z.enum(STEPS).optional(),
    company: word.optional(),
    companyMatch: z.enum(COMPANY_MATCHES).optional(),
    category: z.enum(CATEGORIES).optional(),
    priority: z.enum(PRIORITIES).optional(),
    sentiment: z.enum(SENTIMENTS).optional(),
    from: moment.optional(),
    to: moment.optional(),
  })
  .refine(
    ({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to),
    { message: 'must be later than from', path: ['to'] },
  );

// A call a second empties a morning's failures in minutes and is little for every outside system; fifty
// are more than any of them takes. Slower than one in a hundred seconds is a matter for a Schedule.
const SLOWEST_RATE = 0.01;
const FASTEST_RATE = 50;

export const bulkBody = z.strictObject({
  filter,
  from: redoStep.optional(),
  reason: reason.optional(),
  ratePerSecond: z
    .number()
    .min(SLOWEST_RATE)
    .max(FASTEST_RATE)
    .default(1)
    .describe('How many calls are begun per second.'),
  dryRun: z
    .boolean()
    .default(false)
    .describe('Begin nothing; tell which calls, and what it costs.'),
});

export type BulkFilter = z.infer<typeof filter>;

export const bulkParams = z.strictObject({
  id: z.uuid('must be an id that POST /reprocesses returned'),
});

export const dryRunReply = z
  .strictObject({
    count: z.int(),
    calls: z.array(z.string()),
    cost: z
      .strictObject({
        ...cost.shape,
        unknownCalls: z
          .int()
          .describe(
            'Calls with a step that would be paid for the first time, or whose price nobody knows: it is not in the sum.',
          ),
      })
      .describe('What the steps that run again were paid last time.'),
  })
  .meta({
    id: 'DryRun',
    description: 'What a reprocess of many calls would do; nothing is begun.',
  });

export const startedReply = z
  .strictObject({
    id: z.string(),
    count: z.int(),
    links: z.strictObject({ self: z.string() }),
  })
  .meta({ id: 'StartedReprocess', description: 'A reprocess of many calls that has begun.' });

const outcome = z.enum(['toDo', 'done', 'failedAgain', 'mended', 'stopped']);

export const bulkReply = z
  .strictObject({
    id: z.string(),
    filter: z.unknown().describe('The filter, as it was sent.'),
    from: z.enum(REDO_STEPS).nullable(),
    reason: z.string().nullable(),
    actor: z.string().nullable().describe('The name of the key that asked for it.'),
    ratePerSecond: z.number(),
    createdAt: z.iso.datetime(),
    stoppedAt: z.iso.datetime().nullable(),
    count: z.int().describe('How many calls it has; the counts add up to it.'),
    counts: z.record(outcome, z.int()),
    calls: z.array(
      z.strictObject({
        callSid: z.string(),
        outcome,
        code: z.string().nullable().describe('Why it failed again.'),
      }),
    ),
  })
  .meta({ id: 'BulkReprocess', description: 'What a reprocess of many calls has come to.' });

export type BulkReply = z.infer<typeof bulkReply>;
export type DryRunReply = z.infer<typeof dryRunReply>;

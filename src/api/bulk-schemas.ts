import { z } from 'zod';

import { CATEGORIES, PRIORITIES, SENTIMENTS } from '../domain/analysis.ts';
import { COMPANY_MATCHES, OUTCOMES } from '../domain/call.ts';
import { ERROR_CODES, isErrorCode } from '../domain/error-codes.ts';
import { REDO_STEPS, STEPS } from '../domain/names.ts';
import { mayHoldPhoneNumber, REASON_MAX_LENGTH } from '../domain/reprocess-request.ts';
import { redoStep } from './reprocess-schemas.ts';
import { cost } from './schemas.ts';

/** An id of ConnectWise. */
const word = z.string().min(1).max(100);
const moment = z.iso.datetime({ offset: true });

/** Calls in progress cannot be reprocessed, so only those that have ended can be meant. */
const filter = z.strictObject({
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
});

// A call a second empties a morning's failures in minutes and is little for every outside system; fifty
// are more than any of them takes. Slower than one in a hundred seconds is a matter for a Schedule.
const SLOWEST_RATE = 0.01;
const FASTEST_RATE = 50;

export const bulkBody = z.strictObject({
  filter,
  from: redoStep.optional(),
  reason: z
    .string()
    .max(REASON_MAX_LENGTH, `must have at most ${REASON_MAX_LENGTH} characters`)
    .refine(
      (reason) => !mayHoldPhoneNumber(reason),
      'must not contain six or more digits: it is kept in the histories, which must not contain a phone number',
    )
    .optional(),
  ratePerSecond: z.number().min(SLOWEST_RATE).max(FASTEST_RATE).default(1),
  dryRun: z.boolean().default(false),
});

export type BulkFilter = z.infer<typeof filter>;

export const bulkParams = z.object({ id: z.uuid('must be an id that POST /reprocesses returned') });

export const dryRunReply = z.object({
  count: z.int(),
  calls: z.array(z.string()),
  /** What the steps that run again were paid last time. */
  cost: cost.extend({
    /** Calls with a step that would be paid for the first time, or whose price nobody knows: it is not in the sum. */
    unknownCalls: z.int(),
  }),
});

export const startedReply = z.object({
  id: z.string(),
  count: z.int(),
  links: z.object({ self: z.string() }),
});

const outcome = z.enum(['toDo', 'done', 'failedAgain', 'mended', 'stopped']);

export const bulkReply = z.object({
  id: z.string(),
  filter: z.unknown(),
  from: z.enum(REDO_STEPS).nullable(),
  reason: z.string().nullable(),
  /** The name of the key that asked for it. */
  actor: z.string().nullable(),
  ratePerSecond: z.number(),
  createdAt: z.iso.datetime(),
  stoppedAt: z.iso.datetime().nullable(),
  /** How many calls it has; the counts add up to it. */
  count: z.int(),
  counts: z.record(outcome, z.int()),
  calls: z.array(
    z.object({
      callSid: z.string(),
      outcome,
      /** Why it failed again. */
      code: z.string().nullable(),
    }),
  ),
});

export type BulkReply = z.infer<typeof bulkReply>;
export type DryRunReply = z.infer<typeof dryRunReply>;

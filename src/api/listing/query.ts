import { z } from 'zod';

import { CATEGORIES, PRIORITIES, SENTIMENTS } from '../../domain/analysis.ts';
import { CALL_STATUSES, COMPANY_MATCHES, OUTCOMES } from '../../domain/call.ts';
import { ERROR_CODES, isErrorCode } from '../../domain/error-codes.ts';
import { STEPS } from '../../domain/names.ts';
import { GROUPINGS } from '../../domain/statistics.ts';
import { closed } from '../closed-query.ts';
import { hasAtMost, NO_CONTROLS } from '../lengths.ts';
import { isOfCalls, YEARS } from '../times.ts';
import { wholeNumber } from '../whole-number.ts';

/** As many as a page shows; a hundred are still read in a fraction of a second. */
const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 100;

// Nobody types more, and each word costs the search time.
const SEARCH_MAX_LENGTH = 200;

// Eleven days: longer than any recording.
const SECONDS_MAX = 999_999;

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

// What a parameter is to the client; on its way it is text.
const flag = oneOf(['true', 'false'])
  .transform((value) => value === 'true')
  .meta({ type: 'boolean', enum: [true, false] });

const CODES = Object.keys(ERROR_CODES).filter(isErrorCode);

const TIME_FORM =
  'must be a time such as 2026-11-30T08:00:00Z, or a day such as 2026-11-30, from 1970 to 9999; write + as %2B';

// A day begins in UTC.
const time = z
  .union(
    [
      z.iso.datetime({ offset: true }).meta({ pattern: YEARS }),
      z.iso.date().meta({ pattern: YEARS }),
    ],
    TIME_FORM,
  )
  .transform((text) => new Date(text))
  .refine(isOfCalls, TIME_FORM)
  .describe('A time, or a day in UTC, from 1970 to 9999.');

const SECONDS_FORM = `must be a whole number of seconds, at most ${SECONDS_MAX}`;
const SEARCH_FORM = `must be words to search for, with at most ${SEARCH_MAX_LENGTH} characters`;
const COMPANY_FORM = 'must be a ConnectWise id of 1 to 100 characters';

const connectwiseId = z
  .string(COMPANY_FORM)
  .min(1, COMPANY_FORM)
  .refine(hasAtMost(100), COMPANY_FORM)
  .meta({
    maxLength: 100,
    pattern: NO_CONTROLS,
    description: 'The ConnectWise id of a company.',
  });

const page = {
  limit: wholeNumber(1, LIMIT_MAX, `must be a whole number from 1 to ${LIMIT_MAX}`)
    .optional()
    .transform((value) => value ?? LIMIT_DEFAULT)
    .describe(`How many calls at most; ${LIMIT_DEFAULT} if it is left out.`),
  cursor: z.string('must be the nextCursor of an answer').optional().meta({
    pattern: NO_CONTROLS,
    description: 'The nextCursor of an answer to the same parameters.',
  }),
};

const timeRange = { from: time.optional(), to: time.optional() };

const filters = {
  status: oneOf(CALL_STATUSES).optional(),
  outcome: oneOf(OUTCOMES).optional(),
  failureCode: z.enum(CODES, `must be one of ${CODES.join(', ')}`).optional(),
  failedStep: oneOf(STEPS).optional(),
  waiting: flag.optional(),
  companyMatch: oneOf(COMPANY_MATCHES).optional(),
  category: oneOf(CATEGORIES).optional(),
  priority: oneOf(PRIORITIES).optional(),
  sentiment: oneOf(SENTIMENTS).optional(),
  ...timeRange,
  followUp: flag.optional(),
  minSeconds: wholeNumber(0, SECONDS_MAX, SECONDS_FORM)
    .optional()
    .describe('Recordings of at least this length.'),
  q: z
    .string(SEARCH_FORM)
    .refine((text) => /\S/.test(text), SEARCH_FORM)
    .refine(hasAtMost(SEARCH_MAX_LENGTH), SEARCH_FORM)
    .transform((text) => text.trim())
    .meta({ minLength: 1, maxLength: SEARCH_MAX_LENGTH, pattern: NO_CONTROLS })
    .optional()
    .describe(
      'Words to search for in companies, transcripts, summaries and quotes; not only spaces.',
    ),
};

type Range = { readonly from?: Date | undefined; readonly to?: Date | undefined };

const ORDER = { message: 'must be later than from', path: ['to'] };
const isInOrder = ({ from, to }: Range) => from === undefined || to === undefined || from < to;

/** What `GET /calls` takes. */
export const callsQuery = closed({ ...filters, company: connectwiseId.optional(), ...page }).refine(
  isInOrder,
  ORDER,
);

/** What `GET /companies/:connectwiseId/calls` takes: all but the company. */
export const companyCallsQuery = closed({ ...filters, ...page }).refine(isInOrder, ORDER);

/** What `GET /statistics` takes. */
export const statisticsQuery = closed({
  ...timeRange,
  by: oneOf(GROUPINGS)
    .optional()
    .transform((value) => value ?? 'day'),
}).refine(isInOrder, ORDER);

export const companyParams = z.strictObject({ connectwiseId });

import { z } from 'zod';

import { toCallCost, type Prices } from '../../domain/call-cost.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { GROUPINGS, type Grouping } from '../../domain/statistics.ts';
import { cost } from '../schemas.ts';
import type { StatisticsRow } from '../../repositories/listing/listing-repository.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** What a page of statistics begins with. */
const DEFAULT_RANGE_MS = 30 * DAY_MS;

// A leap year. What is counted is read call by call.
const MAX_RANGE_MS = 366 * DAY_MS;

const seconds = z.number().nullable();

const group = z.strictObject({
  calls: z.int(),
  outcomes: z.strictObject({
    ANALYZED: z.int(),
    NO_SPEECH: z.int(),
    FAILED: z.int(),
    PROCESSING: z.int(),
  }),
  minutes: z.number().describe('Of the recordings.'),
  secondsToCompletion: z
    .strictObject({ median: seconds, p95: seconds })
    .describe('From the first start of a call to its completion.'),
  cost,
});

export const statisticsReply = z
  .strictObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    by: z.enum(GROUPINGS),
    total: group,
    groups: z.array(
      z.strictObject({
        ...group.shape,
        key: z
          .string()
          .nullable()
          .describe('A day, a value, or a ConnectWise id; null for the calls that have none.'),
        name: z.string().nullable().describe('Of a company.'),
      }),
    ),
  })
  .meta({ id: 'Statistics', description: 'What the calls of a range come to.' });

export type StatisticsReply = z.infer<typeof statisticsReply>;

export type StatisticsRange = { readonly from: Date; readonly to: Date; readonly by: Grouping };

/** The range that is asked for: the last 30 days, unless it says otherwise. Throws INVALID_INPUT if it is too long. */
export function toRange(query: {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly by: Grouping;
}): StatisticsRange {
  const to = query.to ?? new Date();
  const from = query.from ?? new Date(Math.max(to.getTime() - DEFAULT_RANGE_MS, 0));
  const length = to.getTime() - from.getTime();
  if (length <= 0 || length > MAX_RANGE_MS) {
    throw new ServiceError(
      'INVALID_INPUT',
      'from must be earlier than to, or than now, by 366 days at most.',
    );
  }
  return { from, to, by: query.by };
}

/** The reply with the statistics of a range. Amounts are those of the sums, not sums of rounded amounts. */
export function toStatisticsReply(
  rows: readonly StatisticsRow[],
  { from, to, by }: StatisticsRange,
  prices: Prices,
): StatisticsReply {
  const total = rows.find(({ isTotal }) => isTotal);
  if (total === undefined) throw new Error('The database returned no total.');
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    by,
    total: toGroup(total, prices),
    groups: rows.flatMap((row) =>
      row.isTotal ? [] : [{ ...toGroup(row, prices), key: row.key, name: row.name }],
    ),
  };
}

function toGroup(row: StatisticsRow, prices: Prices): StatisticsReply['total'] {
  const { speechSeconds, inputTokens, outputTokens, estimated } = row;
  return {
    calls: row.calls,
    outcomes: {
      ANALYZED: row.analyzed,
      NO_SPEECH: row.noSpeech,
      FAILED: row.failed,
      PROCESSING: row.processing,
    },
    minutes: Math.round((row.recordedSeconds / 60) * 10) / 10,
    secondsToCompletion: { median: row.medianSeconds, p95: row.p95Seconds },
    cost: toCallCost({ speechSeconds, inputTokens, outputTokens, estimated }, prices),
  };
}

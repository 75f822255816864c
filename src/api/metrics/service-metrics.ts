import { Gauge, type Registry } from 'prom-client';

import type { Backlog } from '../../clients/temporal/task-queue-backlog.ts';
import { toCallCost, type Prices } from '../../domain/call-cost.ts';
import type { ServiceNumbersRepository } from '../../repositories/service-numbers-repository.ts';
import { readShared } from './read-shared.ts';

export type ServiceMetricsDeps = {
  readonly serviceNumbers: ServiceNumbersRepository;
  readonly readBacklog: () => Promise<readonly Backlog[]>;
  readonly prices: Prices;
  /** What a day may cost, in the currency's unit; `null`: any amount. */
  readonly dailyBudget: number | null;
};

/**
 * Adds what the whole service comes to: it is read from the database and from Temporal when somebody asks, so
 * that every gateway tells the same, and no restart loses any of it.
 */
export function addServiceMetrics(
  registry: Registry,
  { serviceNumbers, readBacklog, prices, dailyBudget }: ServiceMetricsDeps,
): void {
  const numbers = readShared(() => serviceNumbers.read());
  const backlog = readShared(readBacklog);
  const { currency } = prices;

  type Series = readonly [labels: Readonly<Record<string, string>>, value: number];
  /** Adds a gauge. Without numbers it has no series. */
  const add = (
    name: string,
    { help, labelNames = [] }: { readonly help: string; readonly labelNames?: string[] },
    read: () => Promise<readonly Series[]>,
  ) =>
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames,
        registers: [],
        async collect() {
          const series = await read();
          this.reset();
          // A gauge without labels is zero again.
          if (series.length === 0 && labelNames.length === 0) this.remove();
          for (const [labels, value] of series) this.set(labels, value);
        },
      }),
    );
  type Numbers = NonNullable<Awaited<ReturnType<typeof numbers>>>;
  const ofNumbers = (toSeries: (read: Numbers) => readonly Series[]) => async () => {
    const read = await numbers();
    return read === null ? [] : toSeries(read);
  };

  add(
    'calls_parked',
    { help: 'Calls that are FAILED and wait for somebody to reprocess them.' },
    ofNumbers(({ parked }) => [[{}, parked.reduce((sum, { calls }) => sum + calls, 0)]]),
  );
  add(
    'calls_parked_by_code',
    { help: 'The same, by the step and the code they failed with.', labelNames: ['step', 'code'] },
    ofNumbers(({ parked }) =>
      parked.map(({ step, code, calls }) => [
        { step: step ?? 'none', code: code ?? 'none' },
        calls,
      ]),
    ),
  );
  add(
    'calls_parked_oldest_age_seconds',
    { help: 'How long the first of them has been parked; 0 if none is.' },
    ofNumbers(({ parked }) => [
      [{}, Math.max(0, ...parked.map(({ oldestSeconds }) => oldestSeconds))],
    ]),
  );
  add(
    'calls_today_speech_seconds',
    { help: 'Seconds of speech recognition that were billed since midnight UTC, as far as known.' },
    ofNumbers(({ spentToday }) => [[{}, spentToday.speechSeconds]]),
  );
  add(
    'calls_today_speech_unknown',
    { help: 'Transcriptions since midnight UTC of which nobody says what was billed.' },
    ofNumbers(({ spentToday }) => [[{}, spentToday.unknownBills]]),
  );
  add(
    'calls_today_tokens',
    { help: 'Tokens of the language model since midnight UTC.', labelNames: ['kind'] },
    ofNumbers(({ spentToday: { inputTokens, outputTokens } }) => [
      [{ kind: 'input' }, inputTokens],
      [{ kind: 'output' }, outputTokens],
    ]),
  );
  add(
    'calls_today_cost',
    {
      help: 'What these cost at the configured prices; what nobody knows is not in it.',
      labelNames: ['currency', 'of'],
    },
    ofNumbers(({ spentToday }) => {
      const { speech, analysis } = toCallCost({ ...spentToday, estimated: false }, prices);
      return Object.entries({ speech, analysis }).flatMap(([of, amount]) =>
        amount === null ? [] : [[{ currency, of }, amount] as const],
      );
    }),
  );
  add(
    'calls_daily_budget',
    { help: 'DAILY_BUDGET: what a day may cost.', labelNames: ['currency'] },
    async () => (dailyBudget === null ? [] : [[{ currency }, dailyBudget]]),
  );
  add(
    'task_queue_backlog_tasks',
    { help: 'Tasks that wait for a worker, by their kind.', labelNames: ['type'] },
    async () => ((await backlog()) ?? []).map(({ type, tasks }) => [{ type }, tasks]),
  );
  add(
    'task_queue_backlog_age_seconds',
    { help: 'How long the first of them has waited; 0 if none does.', labelNames: ['type'] },
    async () => ((await backlog()) ?? []).map(({ type, ageSeconds }) => [{ type }, ageSeconds]),
  );
}

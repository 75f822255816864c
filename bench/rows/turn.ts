import type { CallKey } from '../../src/domain/call.ts';
import { newKeys, type Entrant } from '../contestants/contestant.ts';
import { quantile } from '../report/spread.ts';

/** So many calls are in flight at once: more than the cores can do, fewer than a worker's hundred places. */
export const IN_FLIGHT = 40;

/** The calls of a turn that are processed one by one. */
const CALLS_ALONE = 10;

/** What one contestant did in one round. */
export type Turn = {
  readonly seconds: number;
  /** Of the worker and the client. */
  readonly cpuSeconds: number;
  /** The median of calls that were alone, in milliseconds. */
  readonly aloneMs: number;
  readonly completed: number;
  /** Why calls were not completed, and how many. */
  readonly failures: ReadonlyMap<string, number>;
};

/** Processes calls, first many at once, then one by one. */
export async function takeTurn(entrant: Entrant, calls: number): Promise<Turn> {
  const keys = newKeys(calls);
  const loneKeys = newKeys(CALLS_ALONE);
  await entrant.prepare([...keys, ...loneKeys]);

  const cpuBefore = await cpuSecondsOf(entrant);
  const startedAt = performance.now();
  const failures = await processAll(entrant, keys, IN_FLIGHT);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuSeconds = (await cpuSecondsOf(entrant)) - cpuBefore;

  const alone: number[] = [];
  for (const key of loneKeys) {
    const begunAt = performance.now();
    await entrant.process(key);
    alone.push(performance.now() - begunAt);
  }
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  return {
    seconds,
    cpuSeconds,
    aloneMs: quantile(alone, 0.5),
    completed: calls - failed,
    failures,
  };
}

async function cpuSecondsOf({ worker }: Entrant): Promise<number> {
  const { user, system } = process.cpuUsage();
  const { cpuSeconds } = await worker.ask('usage');
  return cpuSeconds + (user + system) / 1e6;
}

/** Processes calls, so many at a time. Returns the reasons for which some were not completed. */
export async function processAll(
  { process }: Pick<Entrant, 'process'>,
  keys: readonly CallKey[],
  atOnce: number,
): Promise<Map<string, number>> {
  const failures = new Map<string, number>();
  const waiting = [...keys];
  const lane = async () => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      try {
        await process(key);
      } catch (error) {
        const reason = reasonOf(error);
        failures.set(reason, (failures.get(reason) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return failures;
}

/** The last line of an error, which is the reason in Prisma's, without its numbers, so that equal ones are counted together. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.trim().split('\n').at(-1) ?? '').replaceAll(/\d+/g, 'N');
}

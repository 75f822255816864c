import { startCluster } from '../harness/cluster.ts';
import type { DefinedSuite } from './suite.ts';

/** How a test ended: `null`, or what it threw. */
type Outcome = PromiseWithResolvers<{ readonly error: unknown } | null>;

export type RunningSuites = {
  /** Resolves when the test has passed, rejects with what it threw. */
  result(suite: DefinedSuite, title: string): Promise<void>;
  /** Resolves when every cluster is stopped. */
  stopped: Promise<void>;
};

// The slowest test waits for a minute and a half, for three in the full variant, and for five on a
// slow machine.
const DEADLINE_MS = 8 * 60 * 1000;

/**
 * Runs suites, so many at a time, each on its own cluster. They mostly wait (for heartbeat timeouts,
 * for retries, for servers that restart), so two cores can run several.
 */
export function runSuites(suites: readonly DefinedSuite[], atATime: number): RunningSuites {
  const outcomes = new Map<DefinedSuite, Map<string, Outcome>>(
    suites.map((suite) => [
      suite,
      new Map(suite.groups.flatMap(Object.keys).map((title) => [title, Promise.withResolvers()])),
    ]),
  );

  async function run(suite: DefinedSuite): Promise<void> {
    const own = outcomes.get(suite) ?? new Map<string, Outcome>();
    let stop = async () => {};
    try {
      const cluster = await startCluster(suite.cluster);
      stop = () => cluster.stop();
      suite.takeCluster(cluster);
      for (const group of suite.groups) {
        await Promise.all(
          Object.entries(group).map(async ([title, test]) => {
            const outcome = await withDeadline(test()).then(
              () => null,
              (error: unknown) => ({ error }),
            );
            own.get(title)?.resolve(outcome);
          }),
        );
      }
    } catch (error) {
      // Without a cluster, every test fails for this reason.
      for (const outcome of own.values()) outcome.resolve({ error });
    }
    await stop();
  }

  const waiting = [...suites];
  const lane = async () => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift())
      await run(suite);
  };
  const lanes = Promise.all(Array.from({ length: atATime }, lane));
  return {
    async result(suite, title) {
      const outcome = await outcomes.get(suite)?.get(title)?.promise;
      if (outcome === undefined) throw new Error(`There is no test "${title}".`);
      // What a test threw is rethrown unchanged, so that mocha shows its diff.
      // oxlint-disable-next-line typescript/only-throw-error
      if (outcome !== null) throw outcome.error;
    },
    stopped: lanes.then(() => undefined),
  };
}

/** Fails a test that hangs, so that the tests after it can run. */
async function withDeadline(test: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('It did not end.')), DEADLINE_MS);
  try {
    await Promise.race([test, promise]);
  } finally {
    clearTimeout(timer);
  }
}

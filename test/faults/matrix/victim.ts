import { waitFor } from '../../support/wait-for.ts';
import type { Cluster } from '../harness/cluster.ts';
import type { Moment } from './points.ts';
import { startTemporalLink } from './temporal-link.ts';

/** A worker that is started to be killed. It takes no work before its release. */
export type Victim = {
  /** Lets it poll, with the first moment armed. */
  release(moments: readonly [Moment, ...Moment[]]): void;
  /** Resolves when the last moment is reached. Rejects if that takes too long. */
  untilReached(): Promise<void>;
  /** SIGKILL. What it was about to send or receive is lost. */
  kill(): Promise<void>;
};

// The last point is at the end of the call, which takes about three seconds, or ten times as long on a
// busy machine.
const REACH_WITHIN_MS = 30_000;

/**
 * Starts a worker whose polls are held back, so that it can start while another one is still working:
 * no call may reach both.
 */
export async function startVictim(cluster: Cluster): Promise<Victim> {
  const temporal = await startTemporalLink(() => cluster.temporal.port);
  const gates = ['/PollWorkflowTaskQueue', '/PollActivityTaskQueue'].map((method) =>
    temporal.hold(({ path }) => path.endsWith(method)),
  );
  const worker = await cluster.startWorker({
    env: { TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}` },
  });
  let reached: Promise<void> = Promise.resolve();
  let releaseHeld = () => gates.forEach((gate) => gate.release());

  function arm({ link, direction, when }: Moment) {
    if (link !== 'temporal') {
      return worker.links[link].trap({ direction, when, timing: 'before', then: 'hold' });
    }
    if (!('pattern' in when))
      throw new Error('A message to Temporal can only be recognised by its text.');
    return temporal.hold(
      (message) => message.direction === direction && message.text.includes(when.pattern),
    );
  }

  async function follow(moments: readonly Moment[]): Promise<void> {
    for (const moment of moments) {
      const next = arm(moment);
      releaseHeld();
      releaseHeld = next.release;
      await next.sprung;
    }
  }

  return {
    release(moments) {
      reached = follow(moments);
    },
    async untilReached() {
      let isReached = false;
      void reached.then(() => (isReached = true));
      await waitFor('the moment of the kill', async () => isReached, REACH_WITHIN_MS);
    },
    async kill() {
      await worker.kill();
      // Break its connections before anything held back on them can be delivered.
      await temporal.close();
      for (const link of Object.values(worker.links)) link.cut();
      releaseHeld();
    },
  };
}

import { submitOnce } from '../../support/calls.ts';
import type { Cluster } from '../harness/cluster.ts';
import type { Recording } from '../../support/recordings.ts';
import { settle } from '../harness/settle.ts';
import type { KillPoint } from './points.ts';
import { startVictim, type Victim } from './victim.ts';

/** A kill, and the call that it struck. A `point` of `null` is the undisturbed call. */
export type Strike = {
  readonly point: KillPoint | null;
  readonly callSid: string;
  /** Why the point was not reached; `null` when the worker was killed there. */
  readonly missed: string | null;
};

// A round ends before the first struck call is retried, because a retry must not reach a worker that
// is about to be killed for another call. Most retries come after 30 s.
const ROUND_MS = 24_000;

// Enough to start another worker, bring a call to its point and kill the worker.
const STRIKE_MS = 4_000;

// A lost step is retried within 35 s; what follows it takes a few seconds.
const SETTLE_WITHIN_MS = 90_000;

/**
 * Kills a worker at each point. The struck calls of a round wait for their heartbeat timeouts
 * concurrently; then an undisturbed worker finishes them. Returns the strikes in the order of the
 * points, and the undisturbed call last.
 */
export async function runMatrix(
  cluster: Cluster,
  points: readonly KillPoint[],
  report: (line: string) => void = () => undefined,
): Promise<Strike[]> {
  const strikes: Strike[] = [];
  const waiting = new Set(points);
  while (waiting.size > 0) {
    const begun = performance.now();
    const elapsed = () => performance.now() - begun;
    let endsAfterMs = Number.POSITIVE_INFINITY;
    let next = startVictim(cluster);
    for (;;) {
      const victim = await next;
      const point = choose(waiting, elapsed());
      if (point === null || elapsed() + STRIKE_MS > endsAfterMs) {
        await victim.kill();
        break;
      }
      waiting.delete(point);
      next = startVictim(cluster);
      const strike = await strikeAt(cluster, point, victim);
      endsAfterMs = Math.min(endsAfterMs, elapsed() + point.returnsAfterMs);
      report(`${point.step}, ${point.name}: ${strike.missed ?? 'killed'}`);
      strikes.push(strike);
    }
    const rescuer = await cluster.startWorker();
    if (waiting.size === 0) strikes.push(await submitUndisturbed(cluster));
    await settle(cluster, SETTLE_WITHIN_MS);
    if (waiting.size > 0) await rescuer.kill();
  }
  const orderOf = ({ point }: Strike) => (point === null ? points.length : points.indexOf(point));
  return strikes.toSorted((one, other) => orderOf(one) - orderOf(other));
}

/**
 * The point to strike next: those that are retried soon come late in a round, so that those retried
 * later can be struck before them. `null` when there is none.
 */
function choose(waiting: ReadonlySet<KillPoint>, elapsedMs: number): KillPoint | null {
  const soonestFirst = [...waiting].toSorted(
    (one, other) => one.returnsAfterMs - other.returnsAfterMs,
  );
  const fitting = soonestFirst.find(({ returnsAfterMs }) => elapsedMs + returnsAfterMs >= ROUND_MS);
  return fitting ?? soonestFirst.at(-1) ?? null;
}

async function strikeAt(cluster: Cluster, point: KillPoint, victim: Victim): Promise<Strike> {
  const recording: Recording = await cluster.addRecording(point.recording);
  victim.release(point.moments);
  await submitOnce(cluster, recording);
  const { callSid } = recording;
  try {
    await victim.untilReached();
    return { point, callSid, missed: null };
  } catch (error) {
    return { point, callSid, missed: String(error) };
  } finally {
    await victim.kill();
  }
}

/** Submits an undisturbed call, with which the others are compared. */
async function submitUndisturbed(cluster: Cluster): Promise<Strike> {
  const recording = await cluster.addRecording();
  await submitOnce(cluster, recording);
  return { point: null, callSid: recording.callSid, missed: null };
}

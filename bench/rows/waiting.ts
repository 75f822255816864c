import { setTimeout as sleep } from 'node:timers/promises';

import { runOn } from '../../prisma/engine/create-database.ts';
import { newKeys, type Entrant } from '../contestants/contestant.ts';
import { startOurs } from '../contestants/ours.ts';
import type { Ground } from '../ground/ground.ts';
import { quantile } from '../report/spread.ts';
import type { Row } from './row.ts';
import { processAll } from './turn.ts';

const CALLS = 5_000;
const OUTSIDE_MS = 5 * 60_000;
const WORKERS = 2;

/** Calls that come while all others wait. */
const LIVE_CALLS = 20;
const LOOK_EVERY_MS = 20;
/** A live call that is not at its transcription by then is held up, and how long no longer matters. */
const GIVE_UP_AFTER_MS = 60_000;

const MEGABYTE = 1_000_000;

export const waiting: Row = {
  name: 'waiting',
  does: 'five thousand calls that wait five minutes for their transcription on two workers, and live calls beside them',
  onlyByName: true,
  async measure(ground, { calls: given }) {
    const calls = given ?? CALLS;
    const { entrant, others } = await startOurs(ground, { outsideMs: OUTSIDE_MS }, WORKERS);
    const startedAt = performance.now();
    const crowd = processAll(entrant, newKeys(calls), calls);
    // Half the time of a transcription: those that came first still wait.
    await sleep(OUTSIDE_MS / 2);
    const submitted = await submittedOf(ground, entrant);
    ground.say(`waiting: ${submitted} of ${calls} calls wait for their transcription`);
    const live: ReturnType<typeof processAll>[] = [];
    const liveMs: number[] = [];
    for (const key of newKeys(LIVE_CALLS)) {
      const begunAt = performance.now();
      live.push(processAll(entrant, [key], 1));
      await untilSubmitted(ground, entrant, key.callSid);
      liveMs.push(performance.now() - begunAt);
      ground.say(
        `waiting: a live call was at its transcription after ${liveMs.at(-1)?.toFixed(0)} ms`,
      );
    }
    const failures = await crowd;
    const seconds = (performance.now() - startedAt) / 1_000;
    const reasons = [failures, ...(await Promise.all(live))].flatMap((each) => [...each]);
    const failed = reasons.reduce((sum, [, count]) => sum + count, 0);
    const peaks = await Promise.all(
      [entrant.worker, ...others].map(async (worker) => (await worker.ask('usage')).peakBytes),
    );
    return {
      command: 'npm run bench -- --only waiting',
      lines: [
        {
          what: `${calls} calls, ${OUTSIDE_MS / 60_000} minutes outside each, ${WORKERS} workers`,
          measured: `${failed} failures, ${seconds.toFixed(0)} s; ${submitted} waited at once; memory at its peak ${peaks.map((bytes) => (bytes / MEGABYTE).toFixed(0)).join(' and ')} MB`,
        },
        {
          what: 'a live call beside them, ms until its transcription is submitted',
          measured: `${quantile(liveMs, 0.5).toFixed(0)} (the longest ${Math.max(...liveMs).toFixed(0)})`,
          goal: 'not held up',
        },
      ],
      notes: [
        `waiting: ${LIVE_CALLS} live calls one by one, after ${OUTSIDE_MS / 2_000} s. One that is not at its transcription after ${GIVE_UP_AFTER_MS / 1_000} s counts as so long.`,
        ...new Set(reasons.map(([reason]) => `waiting: calls failed: ${reason}`)),
      ],
    };
  },
};

async function submittedOf(ground: Ground, entrant: Entrant): Promise<number> {
  return countCalls(ground, entrant, '"speechOperation" IS NOT NULL', []);
}

async function untilSubmitted(ground: Ground, entrant: Entrant, callSid: string): Promise<void> {
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  const isSubmitted = '"speechOperation" IS NOT NULL AND "callSid" = $1';
  while (
    Date.now() < deadline &&
    (await countCalls(ground, entrant, isSubmitted, [callSid])) === 0
  ) {
    await sleep(LOOK_EVERY_MS);
  }
}

function countCalls(
  { postgres }: Ground,
  { database }: Entrant,
  where: string,
  values: readonly string[],
): Promise<number> {
  return runOn(postgres.url(database ?? ''), async (client) => {
    const { rows } = await client.query<{ calls: number }>(
      `SELECT count(*)::int AS calls FROM "Call" WHERE ${where}`,
      [...values],
    );
    return rows[0]?.calls ?? 0;
  });
}

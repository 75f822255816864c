import { newKeys, type Entrant } from '../contestants/contestant.ts';
import { ours } from '../contestants/ours.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import type { Ground } from '../ground/ground.ts';
import type { Row } from './row.ts';
import { IN_FLIGHT, processAll } from './turn.ts';

const CALLS = 20_000;

/** Memory is looked at after each of these. */
const CALLS_PER_STEP = 500;

/** Caches and compiled code grow at first; what grows later is a leak. */
const SHARE_TO_WARM_UP = 0.2;

const MEGABYTE = 1_000_000;

type Point = { readonly calls: number; readonly bytes: number };

export const soak: Row = {
  name: 'soak',
  does: 'twenty thousand calls through one worker: memory, and whether each was completed once',
  onlyByName: true,
  async measure(ground, { calls: given }) {
    const calls = given ?? CALLS;
    const entrant = await ours.start(ground, { outsideMs: 0 });
    const points: Point[] = [];
    let failed = 0;
    for (let done = 0; done < calls;) {
      const keys = newKeys(Math.min(CALLS_PER_STEP, calls - done));
      const failures = await processAll(entrant, keys, IN_FLIGHT);
      failed += [...failures.values()].reduce((sum, count) => sum + count, 0);
      done += keys.length;
      const { rssBytes } = await entrant.worker.ask('usage');
      points.push({ calls: done, bytes: rssBytes });
      ground.say(`soak: ${done} of ${calls}, ${(rssBytes / MEGABYTE).toFixed(0)} MB`);
    }
    const { completed, doubled } = await rowsOf(ground, entrant);
    const warm = points.filter((point) => point.calls > calls * SHARE_TO_WARM_UP);
    const [first] = warm;
    const last = warm.at(-1);
    return {
      command: `npm run bench -- --only soak${given === null ? '' : ` --calls ${given}`}`,
      lines: [
        {
          what: `soak of ${calls} calls: growth of memory per 10,000 calls`,
          measured: `${((slopeOf(warm) * 10_000) / MEGABYTE).toFixed(1)} MB (from ${inMegabytes(first)} to ${inMegabytes(last)})`,
          goal: '≤ 1 MB',
        },
        {
          what: 'soak: failed / not completed / doubled',
          measured: `${failed} / ${calls - completed} / ${doubled}`,
          goal: '0 / 0 / 0',
        },
      ],
      notes: [
        `soak: resident memory of the worker after every ${CALLS_PER_STEP} calls, the line of least squares without the first ${SHARE_TO_WARM_UP * 100} %. Doubled: a call with two rows of the same kind, two analyses or two equal log events.`,
      ],
    };
  },
};

async function rowsOf(
  { postgres }: Ground,
  { database }: Entrant,
): Promise<{ readonly completed: number; readonly doubled: number }> {
  return runOn(postgres.url(database ?? ''), async (client) => {
    const { rows } = await client.query<{ completed: number; doubled: number }>(`
      SELECT
        (SELECT count(*)::int FROM "Call" WHERE "callStatus" = 'COMPLETED') AS completed,
        (SELECT count(*)::int FROM (SELECT 1 FROM "CallAnalysis" GROUP BY "callId" HAVING count(*) > 1) AS twice)
        + (SELECT count(*)::int FROM (SELECT 1 FROM "processingLog" GROUP BY "callId", "event" HAVING count(*) > 1) AS twice)
        AS doubled`);
    const [row] = rows;
    if (row === undefined) throw new Error('The database did not count its rows.');
    return row;
  });
}

/** Bytes a call, by least squares. */
function slopeOf(points: readonly Point[]): number {
  const mean = (of: (point: Point) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const calls = mean((point) => point.calls);
  const bytes = mean((point) => point.bytes);
  const together = mean((point) => (point.calls - calls) * (point.bytes - bytes));
  return together / mean((point) => (point.calls - calls) ** 2);
}

function inMegabytes(point: Point | undefined): string {
  return point === undefined ? '?' : `${(point.bytes / MEGABYTE).toFixed(0)} MB`;
}

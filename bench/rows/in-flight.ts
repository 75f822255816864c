import { newKeys, POOL_SIZE, type Contestant } from '../contestants/contestant.ts';
import { ours } from '../contestants/ours.ts';
import { plan, planRaised } from '../contestants/plan.ts';
import { mostConnectionsDuring } from '../counts/connections.ts';
import type { Ground } from '../ground/ground.ts';
import type { Line } from '../report/report.ts';
import type { Row } from './row.ts';
import { processAll } from './turn.ts';

const CALLS = 1_000;
const OUTSIDE_MS = 10_000;

/**
 * The plan holds a connection for each call, so a thousand would take it 17 minutes; it is measured on a tenth of them,
 * which is ten times its pool.
 */
const SHARE_FOR_THE_PLAN = 10;

const MEGABYTE = 1_000_000;

export const inFlight: Row = {
  name: 'in-flight',
  does: 'a thousand calls that wait ten seconds for their transcription each, at once on one worker',
  onlyByName: true,
  async measure(ground, { calls: given }) {
    const calls = given ?? CALLS;
    const few = Math.ceil(calls / SHARE_FOR_THE_PLAN);
    const mine = await run(ground, ours, calls);
    const raised = await run(ground, planRaised, few);
    const defaults = await run(ground, plan, few);
    const perSecond = ({ completed, seconds }: Outcome) => completed / seconds;
    return {
      command: 'npm run bench -- --only in-flight',
      lines: [
        {
          what: `ours: ${calls} calls in flight, ${OUTSIDE_MS / 1_000} s outside each`,
          measured: `${calls - mine.completed} failures, ${mine.seconds.toFixed(0)} s`,
          goal: '0 failures, < 60 s',
        },
        {
          what: 'ours: connections, memory at its peak',
          measured: `${mine.connections}, ${(mine.peakBytes / MEGABYTE).toFixed(0)} MB`,
          goal: `≤ ${POOL_SIZE}, ≤ 600 MB`,
        },
        lineOf(planRaised, raised, few),
        lineOf(plan, defaults, few),
        {
          what: 'calls a second, ours : the plan, limits raised',
          measured: (perSecond(mine) / perSecond(raised)).toFixed(1),
          goal: '≥ 15',
        },
      ],
      notes: [
        `in-flight: all calls are there at once; their transcription takes ${OUTSIDE_MS / 1_000} s and is polled at growing intervals, so a call learns of its end up to 5 s later. The plan works on ${few} calls, whose rate is that of any number of them.`,
        ...[mine, raised, defaults].flatMap(({ name, failures }) =>
          [...failures].map(([reason, count]) => `${name}: ${count} calls failed: ${reason}`),
        ),
      ],
    };
  },
};

type Outcome = {
  readonly name: string;
  readonly completed: number;
  readonly seconds: number;
  readonly connections: number;
  readonly peakBytes: number;
  readonly failures: ReadonlyMap<string, number>;
};

async function run(ground: Ground, contestant: Contestant, calls: number): Promise<Outcome> {
  const { name } = contestant;
  const entrant = await contestant.start(ground, { outsideMs: OUTSIDE_MS });
  const keys = newKeys(calls);
  await entrant.prepare(keys);
  ground.say(`in-flight: ${calls} calls, ${name}`);
  let failures = new Map<string, number>();
  let seconds = 0;
  const connections = await mostConnectionsDuring(ground, entrant, async () => {
    const startedAt = performance.now();
    failures = await processAll(entrant, keys, calls);
    seconds = (performance.now() - startedAt) / 1_000;
  });
  const { peakBytes } = await entrant.worker.ask('usage');
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  ground.say(`in-flight: ${name}: ${calls - failed} completed in ${seconds.toFixed(0)} s`);
  await entrant.worker.stop();
  return { name, completed: calls - failed, seconds, connections, peakBytes, failures };
}

function lineOf(
  { name }: Contestant,
  { completed, seconds, connections }: Outcome,
  calls: number,
): Line {
  return {
    what: `${name}: ${calls} such calls`,
    measured: `${completed} completed in ${seconds.toFixed(0)} s, ${connections} connections`,
  };
}

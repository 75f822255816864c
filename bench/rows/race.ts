import type { Contestant } from '../contestants/contestant.ts';
import { floor } from '../contestants/floor.ts';
import { naive } from '../contestants/naive.ts';
import { ours } from '../contestants/ours.ts';
import { plan, planRaised } from '../contestants/plan.ts';
import { throughSandbox } from '../contestants/sandbox.ts';
import type { Ground } from '../ground/ground.ts';
import { pairedRatios, spreadOf, written } from '../report/spread.ts';
import type { Line } from '../report/report.ts';
import type { Row } from './row.ts';
import { IN_FLIGHT, takeTurn, type Turn } from './turn.ts';

const CONTESTANTS = [floor, ours, naive, plan, planRaised, throughSandbox] as const;

/** Some seconds of work for each contestant. */
const CALLS = 100;

type Turns = Map<Contestant, Turn[]>;

export const race: Row = {
  name: 'race',
  does: 'all contestants in turns (calls a second, CPU, the time of a call that is alone)',
  async measure(ground, { rounds, calls: given }) {
    const calls = given ?? CALLS;
    const turns = await raceOn(ground, CONTESTANTS, { rounds, calls });
    return {
      command: 'npm run bench -- --only race',
      lines: [
        ...CONTESTANTS.flatMap((contestant) => absolute(contestant, turns)),
        ...ratios(turns),
      ],
      notes: [
        `race: ${rounds} rounds of ${calls} calls, ${IN_FLIGHT} in flight, and 10 calls one by one; medians of the rounds, with the least and the most. Ratios are those of the same round. CPU is user and system time of the worker's process and of the client's. The outside systems take no time of their own.`,
        ...CONTESTANTS.map(({ name, does }) => `${name}: ${does}.`),
        ...[...turns].flatMap(([{ name }, taken]) => failuresOf(name, taken)),
      ],
    };
  },
};

async function raceOn(
  ground: Ground,
  contestants: readonly Contestant[],
  { rounds, calls }: { readonly rounds: number; readonly calls: number },
): Promise<Turns> {
  const entrants = [];
  for (const contestant of contestants) {
    ground.say(`race: starting ${contestant.name}`);
    const entrant = await contestant.start(ground, { outsideMs: 0 });
    entrants.push({ contestant, entrant });
    // Code that has just been loaded is slow.
    await takeTurn(entrant, calls);
  }
  const turns: Turns = new Map(contestants.map((contestant) => [contestant, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { contestant, entrant } of entrants) {
      const turn = await takeTurn(entrant, calls);
      turns.get(contestant)?.push(turn);
      const { seconds, cpuSeconds, aloneMs, completed } = turn;
      ground.say(
        `race, round ${round} of ${rounds}: ${contestant.name.padEnd(24)} ${(completed / seconds).toFixed(1).padStart(6)} calls/s, ${((cpuSeconds / calls) * 1_000).toFixed(0).padStart(4)} ms of CPU a call, ${aloneMs.toFixed(0).padStart(5)} ms alone`,
      );
    }
  }
  return turns;
}

const callsPerSecond = (turns: readonly Turn[]) =>
  turns.map(({ completed, seconds }) => completed / seconds);
const cpuMsPerCall = (turns: readonly Turn[]) =>
  turns.map(({ completed, cpuSeconds }) => (cpuSeconds * 1_000) / completed);
const aloneMs = (turns: readonly Turn[]) => turns.map((turn) => turn.aloneMs);

function absolute(contestant: Contestant, all: Turns): Line[] {
  const turns = all.get(contestant) ?? [];
  const { name } = contestant;
  return [
    { what: `${name}: calls a second`, measured: written(spreadOf(callsPerSecond(turns)), 1) },
    { what: `${name}: ms of CPU a call`, measured: written(spreadOf(cpuMsPerCall(turns)), 0) },
    { what: `${name}: ms of one call alone`, measured: written(spreadOf(aloneMs(turns)), 0) },
  ];
}

function ratios(turns: Turns): Line[] {
  const of = (
    measure: (turns: readonly Turn[]) => number[],
    above: Contestant,
    below: Contestant,
  ): string =>
    written(pairedRatios(measure(turns.get(above) ?? []), measure(turns.get(below) ?? [])), 2);
  return [
    {
      what: 'calls a second, ours : floor',
      measured: of(callsPerSecond, ours, floor),
      goal: '≥ 0.85',
    },
    { what: 'CPU a call, ours : floor', measured: of(cpuMsPerCall, ours, floor), goal: '≤ 1.5' },
    {
      what: 'calls a second, ours : naive Temporal',
      measured: of(callsPerSecond, ours, naive),
      goal: '≥ 1.3',
    },
    { what: 'one call alone, ours : floor', measured: of(aloneMs, ours, floor), goal: '≤ 1.25' },
    { what: 'calls a second, ours : the plan', measured: of(callsPerSecond, ours, plan) },
    {
      what: 'calls a second, ours, sandbox : floor',
      measured: of(callsPerSecond, throughSandbox, floor),
    },
  ];
}

function failuresOf(name: string, turns: readonly Turn[]): string[] {
  return turns.flatMap(({ failures }, round) =>
    [...failures].map(
      ([reason, count]) => `${name}, round ${round + 1}: ${count} calls failed: ${reason}`,
    ),
  );
}

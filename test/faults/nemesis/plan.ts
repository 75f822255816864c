import type { FaultInput } from '../../../sandbox/core/faults.ts';
import { REDO_STEPS, type RedoStep } from '../../../src/domain/names.ts';
import { createDice, type Dice } from './dice.ts';
import { FAULT_KINDS } from './fault-kinds.ts';

/** One thing that the nemesis does. Calls and workers are identified by number. */
type Deed =
  | { readonly kind: 'start'; readonly call: number; readonly isSilent: boolean }
  | { readonly kind: 'fault'; readonly fault: FaultInput }
  | { readonly kind: 'killWorker'; readonly worker: number; readonly downMs: number }
  | { readonly kind: 'killGateway' | 'killPostgres' | 'killTemporal'; readonly downMs: number }
  | { readonly kind: 'killSandbox'; readonly downMs: number }
  | { readonly kind: 'cutLinks'; readonly worker: number }
  | { readonly kind: 'signal' | 'reprocess'; readonly call: number; readonly from: RedoStep | null }
  | { readonly kind: 'cancel'; readonly call: number };

export type TimedDeed = Deed & { readonly atMs: number };

export type Plan = {
  readonly seed: number;
  readonly calls: number;
  readonly deeds: readonly TimedDeed[];
};

/** How many workers share the work. */
export const WORKERS = 2;

// One call in so many contains no speech.
const ONE_SILENT_IN = 12;

// How often things happen per hundred calls: each part of the service dies more than once while calls
// are in every step, with enough calm in between for some to get through.
const PER_HUNDRED_CALLS = {
  fault: 50,
  killWorker: 8,
  killPostgres: 3,
  killTemporal: 2,
  killSandbox: 2,
  killGateway: 2,
  cutLinks: 8,
  signal: 15,
  reprocess: 10,
  cancel: 6,
} as const satisfies Partial<Record<Deed['kind'], number>>;

// Long enough for the first calls to be in progress.
const CALM_BEFORE_MS = 1_000;

// Long enough for an outage to be noticed, short enough for a seed to end within a minute.
const DOWN_MS = [300, 2_500] as const;

/** Everything that happens to so many calls, in order of time; determined by the seed alone. */
export function makePlan(seed: number, calls: number): Plan {
  const dice = createDice(seed);
  // An undisturbed call takes about three seconds, so calls overlap without all running at the same
  // time, and whatever was killed is up again, to be killed again, before the storm is over.
  const stormMs = CALM_BEFORE_MS + 3_000 + calls * 150;
  const deeds: TimedDeed[] = [];
  for (let call = 0; call < calls; call += 1) {
    const atMs = dice.between(0, stormMs * 0.8);
    deeds.push({ atMs, kind: 'start', call, isSilent: dice.between(1, ONE_SILENT_IN) === 1 });
  }
  const begunBy = (atMs: number) =>
    deeds.flatMap((deed) => (deed.kind === 'start' && deed.atMs < atMs ? [deed.call] : []));
  for (const [kind, perHundred] of Object.entries(PER_HUNDRED_CALLS)) {
    const times = Math.max(1, Math.round((perHundred * calls) / 100));
    for (let count = 0; count < times; count += 1) {
      const atMs = dice.between(CALM_BEFORE_MS, stormMs);
      deeds.push({
        atMs,
        ...makeDeed(kind as keyof typeof PER_HUNDRED_CALLS, dice, begunBy(atMs)),
      });
    }
  }
  return { seed, calls, deeds: deeds.toSorted((one, other) => one.atMs - other.atMs) };
}

/** `begun` are the calls that may be in progress by then. */
function makeDeed(
  kind: keyof typeof PER_HUNDRED_CALLS,
  dice: Dice,
  begun: readonly number[],
): Deed {
  const [first = 0, ...others] = begun;
  const call = dice.oneOf([first, ...others]);
  const worker = dice.between(0, WORKERS - 1);
  const downMs = dice.between(...DOWN_MS);
  switch (kind) {
    case 'fault':
      return { kind, fault: makeFault(dice) };
    case 'killWorker':
      return { kind, worker, downMs };
    case 'cutLinks':
      return { kind, worker };
    case 'signal':
    case 'reprocess':
      return { kind, call, from: dice.oneOf([null, null, ...REDO_STEPS]) };
    case 'cancel':
      return { kind, call };
    default:
      return { kind, downMs };
  }
}

function makeFault(dice: Dice): FaultInput {
  const kind = dice.oneOf(dice.oneOf(FAULT_KINDS));
  // Some strike immediately and some later, some once and some until the backoff has grown.
  return { ...kind, skip: dice.between(0, 3), times: dice.between(1, 4) };
}

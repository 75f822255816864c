import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import type { Dependency, DependencyName, Finding, Readiness } from '../domain/readiness.ts';

/**
 * Asks whether a dependency works. Never rejects for a failure of what it asks. Once the signal is aborted,
 * nobody waits for the finding any more, and nothing further should be asked.
 */
export type Probe = (signal: AbortSignal) => Promise<Finding>;

// With the time that an answer may take, a failure shows within five seconds: half of the ten in which
// whoever watches a process should learn of it.
const PAUSE_MS = 2_000;
const ANSWER_WITHIN_MS = 3_000;

const NOT_ASKED: Finding = { state: 'unknown', reason: 'It has not been asked yet.' };
const SILENT: Finding = {
  state: 'failing',
  reason: `There was no answer within ${ANSWER_WITHIN_MS / 1000} seconds.`,
};

/**
 * Asks every dependency again and again, until the signal aborts. Of each, one probe runs at a time,
 * however many requests want to know: they read the last finding. A probe that hangs is told as failing
 * while it hangs, and the next one waits for its end. `ended` resolves when the last probes have ended.
 */
export function watchDependencies(
  probes: Readonly<Partial<Record<DependencyName, Probe>>>,
  logger: Logger,
  signal: AbortSignal,
): Readiness & { readonly ended: Promise<unknown> } {
  const watched = Object.entries(probes).map(([name, probe]) => {
    // The keys of a record of probes are names of dependencies.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const known: Dependency = { name: name as DependencyName, ...NOT_ASKED, since: new Date() };
    const watch = { current: known };
    const ended = keepAsking(probe, {
      signal,
      take: (finding) => {
        const { state, reason, logged = reason } = finding;
        if (state !== watch.current.state) tell(logger, { name: known.name, state, logged });
        const since = state === watch.current.state ? watch.current.since : new Date();
        watch.current = { name: known.name, state, reason, since };
      },
    });
    return { watch, ended };
  });
  return {
    read() {
      const all = watched.map(({ watch }) => watch.current);
      return all.map((each) => unlessNobodyCanSay(each, all));
    },
    ended: Promise.all(watched.map(({ ended }) => ended)),
  };
}

/** What only one that does not answer could tell of: while it does not, nobody knows. */
const TOLD_BY: Readonly<Partial<Record<DependencyName, DependencyName>>> = {
  migrations: 'database',
  clock: 'database',
  workers: 'temporal',
};

function unlessNobodyCanSay(each: Dependency, all: readonly Dependency[]): Dependency {
  const teller = all.find(({ name }) => name === TOLD_BY[each.name]);
  if (teller === undefined || teller.state === 'ok') return each;
  const reason = `Nobody knows, because ${teller.name} is not ok.`;
  return { name: each.name, state: 'unknown', reason, since: teller.since };
}

async function keepAsking(
  probe: Probe,
  { signal, take }: { readonly signal: AbortSignal; readonly take: (finding: Finding) => void },
): Promise<void> {
  while (!signal.aborted) {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      take(SILENT);
    }, ANSWER_WITHIN_MS);
    const finding = await probe(signal).catch(toFinding);
    clearTimeout(timer);
    // An answer that came too late changes nothing: it would come too late for a request as well.
    if (!isLate && !signal.aborted) take(finding);
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** A probe knows the failures of what it asks, so this one is a defect. */
function toFinding(error: unknown): Finding {
  return {
    state: 'failing',
    reason: 'Asking it failed in an unexpected way: the log says more.',
    logged: `Asking it failed in an unexpected way: ${String(error)}`,
  };
}

function tell(
  logger: Logger,
  { name, state, logged }: Pick<Dependency, 'name' | 'state'> & { readonly logged: string | null },
): void {
  if (state === 'ok') logger.info({ dependency: name }, `${name}: ok.`);
  else logger.warn({ dependency: name }, `${name}: ${state}. ${logged ?? ''}`);
}

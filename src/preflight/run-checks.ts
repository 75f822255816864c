import { setTimeout as delay } from 'node:timers/promises';

import { ServiceError } from '../domain/service-error.ts';
import { faultOf, type Check, type Verdict } from './check.ts';

/** What became of a check. `skipped`: it was not made, which is never taken for a success. */
export type Result = { readonly name: string } & (
  | Verdict
  | { readonly state: 'skipped'; readonly says: string }
);

// A question takes a second or two; ten leave room for a slow network and a token that is fetched first.
const WITHIN_MS = 10_000;

// What a check began, it removes when its time is over or the command is interrupted: two requests of
// eight seconds each at most (src/clients/recording-store/preflight.ts).
const REMOVE_WITHIN_MS = 17_000;

/**
 * Makes all checks side by side, each as soon as those that it needs have succeeded. The results stand
 * in the order of the checks and never reject. `stop` ends those that still run.
 */
export function runChecks(checks: readonly Check[], stop: AbortSignal): Promise<Result>[] {
  const results = new Map<Check, Promise<Result>>();
  for (const check of checks) {
    const needed = (check.needs ?? []).map((need) => {
      const result = results.get(need);
      if (result === undefined)
        throw new Error(`${check.name} needs what does not come before it.`);
      return result;
    });
    results.set(check, runOnceNeeded(check, needed, stop));
  }
  return [...results.values()];
}

async function runOnceNeeded(
  check: Check,
  needed: readonly Promise<Result>[],
  stop: AbortSignal,
): Promise<Result> {
  const { name } = check;
  const lacking = (await Promise.all(needed)).find(
    ({ state }) => state === 'fault' || state === 'skipped',
  );
  if (lacking !== undefined) {
    const says = `Not checked: "${lacking.name}" has to be right first.`;
    return { name, state: 'skipped', says };
  }
  if (stop.aborted) return interrupted(name);
  return runWithinLimit(check, stop);
}

async function runWithinLimit(check: Check, stop: AbortSignal): Promise<Result> {
  const { name, withinMs = WITHIN_MS } = check;
  const limit = AbortSignal.timeout(withinMs);
  const signal = AbortSignal.any([stop, limit]);
  const aborted = Promise.withResolvers<null>();
  const onAbort = (): void => aborted.resolve(null);
  signal.addEventListener('abort', onAbort, { once: true });
  // Its own verdict counts even when it comes late: it may be about something that it left behind.
  const work = check.run(signal).catch((error: unknown) => {
    return signal.aborted && error === signal.reason ? null : verdictOf(error, check);
  });
  try {
    const verdict =
      (await Promise.race([work, aborted.promise])) ??
      (await Promise.race([work, delay(REMOVE_WITHIN_MS, null, { ref: false })]));
    if (verdict !== null) return { name, ...verdict };
    return stop.aborted ? interrupted(name) : tooLate(name, withinMs);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function verdictOf(error: unknown, { remedies }: Check): Verdict {
  if (error instanceof ServiceError) return faultOf(error, remedies);
  // The message of an unknown error may quote anything; its name does not.
  const kind = error instanceof Error ? error.name : typeof error;
  return {
    state: 'fault',
    says: `The check itself failed in an unexpected way (${kind}).`,
    remedy: 'Report it.',
    code: 'INTERNAL_ERROR',
  };
}

function interrupted(name: string): Result {
  return { name, state: 'skipped', says: 'Not checked: the command was interrupted.' };
}

function tooLate(name: string, withinMs: number): Result {
  return {
    name,
    state: 'fault',
    says: `There was no answer within ${withinMs / 1000} seconds.`,
    remedy: 'Check the address, and that no firewall or proxy is in between.',
  };
}

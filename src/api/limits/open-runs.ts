import type { CallRuns } from '../../clients/temporal/call-runs.ts';
import { HOOK_ACTOR } from '../../domain/actor.ts';
import { limitReached } from './limits.ts';

// Temporal lists a run a moment after it was started: within a second, or two on a busy server.
const LISTED_AFTER_MS = 3_000;

// With so many runs open, one ends every few seconds.
const RETRY_AFTER_MS = 5_000;

export type OpenRuns = ReturnType<typeof createOpenRuns>;

/**
 * Creates the limit on runs that are open and not parked, per key. Temporal counts those that it lists
 * already, and this process those that it has just admitted; other gateways may admit a few more in
 * the same seconds.
 */
export function createOpenRuns(runs: Pick<CallRuns, 'countOpen'>, openRunsPerKey: number) {
  /** When each key's last runs were admitted, in milliseconds. */
  const recent = new Map<string, number[]>();

  return {
    /**
     * Admits a run of a key. Throws LIMIT_REACHED when it is one too many, and TEMPORAL_… when
     * Temporal does not answer. Returns a function that undoes the admission when no run began.
     */
    async admit(actor: string | null): Promise<() => void> {
      // A phone system does not retry: a call that is refused would be lost.
      if (openRunsPerKey === 0 || actor === null || actor === HOOK_ACTOR) return () => undefined;
      const listedUntil = Date.now() - LISTED_AFTER_MS;
      const listed = await runs.countOpen(actor, new Date(listedUntil));
      // From here on nothing is awaited, so that no two requests take the same place.
      const begun = (recent.get(actor) ?? []).filter((at) => at >= listedUntil);
      recent.set(actor, begun);
      if (listed + begun.length >= openRunsPerKey) {
        throw limitReached('OPEN_RUNS_PER_KEY', {
          limit: openRunsPerKey,
          what: 'open runs per key; parked ones do not count',
          retryAfterMs: RETRY_AFTER_MS,
        });
      }
      const at = Date.now();
      begun.push(at);
      return () => {
        const place = recent.get(actor)?.indexOf(at) ?? -1;
        if (place >= 0) recent.get(actor)?.splice(place, 1);
      };
    },
  };
}

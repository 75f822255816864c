import { adviceAtStart } from './advice.ts';
import type { ServiceError } from './service-error.ts';

/**
 * What the gateway, or a worker, needs in order to work, by the names under which people are told.
 * `workers` is, to a worker, whether it takes calls itself.
 */
export const DEPENDENCIES = [
  'database',
  'migrations',
  'clock',
  'temporal',
  'workers',
  'bucket',
] as const;
export type DependencyName = (typeof DEPENDENCIES)[number];

/** `unknown`: nobody can say, because something else does not answer, or because nobody has asked yet. */
export const DEPENDENCY_STATES = ['ok', 'failing', 'unknown'] as const;
type DependencyState = (typeof DEPENDENCY_STATES)[number];

/** What a probe has found. */
export type Finding = {
  readonly state: DependencyState;
  /** Why it is not ok, in a sentence that names no host; `null` if it is ok. */
  readonly reason: string | null;
  /** The same for the log, with the place of the failure; the reason if left out. */
  readonly logged?: string;
};

export const OK: Finding = { state: 'ok', reason: null };

/** The finding of a probe that failed: what failed, and what to do. */
export function failing({ code, told, message }: ServiceError): Finding {
  const advice = adviceAtStart(code);
  return {
    state: 'failing',
    reason: `${told} ${advice}`,
    logged: `${message} ${advice}`,
  };
}

/** How a dependency is, and since when. */
export type Dependency = {
  readonly name: DependencyName;
  readonly state: DependencyState;
  readonly reason: string | null;
  readonly since: Date;
};

/** How everything is that a process needs, as far as the last probes tell. */
export type Readiness = { readonly read: () => readonly Dependency[] };

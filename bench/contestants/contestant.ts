import type { CallKey } from '../../src/domain/call.ts';
import type { Child } from '../ground/child.ts';
import type { Ground } from '../ground/ground.ts';

/** Who takes part, ready to process calls. */
export type Entrant = {
  /** The process that does the work. */
  readonly worker: Child;
  /** The name of its database; `null` if it has none. */
  readonly database: string | null;
  /** What must be there before a call can be processed, such as its recording. Not measured. */
  prepare(keys: readonly CallKey[]): Promise<void>;
  /** Processes one call; rejects when it was not completed. */
  process(key: CallKey): Promise<void>;
};

export type EntrantOptions = {
  /** What the outside systems take of a call's time, in milliseconds. */
  readonly outsideMs: number;
  /** Where the worker shows what it asks of Temporal, `host:port`; nowhere if left out. */
  readonly metricsAddress?: string;
};

export type Contestant = {
  readonly name: string;
  readonly does: string;
  start(ground: Ground, options: EntrantOptions): Promise<Entrant>;
};

/** The connections that every contestant may open: as many as `DATABASE_POOL_SIZE` says by default. */
export const POOL_SIZE = 10;

let entrants = 0;

/** A name for the queue, the database and the processes of one entrant. */
export function ownName(contestant: string): string {
  entrants += 1;
  return `${contestant.replaceAll(/\W+/g, '_')}_${entrants}`;
}

const firstSecond = Math.floor(Date.now() / 1_000);
let keys = 0;

/** Keys that no other call has. */
export function newKeys(count: number): CallKey[] {
  return Array.from({ length: count }, () => {
    keys += 1;
    return { callSid: `${firstSecond}.${keys}`, recordgroup: '100', recordid: String(keys) };
  });
}

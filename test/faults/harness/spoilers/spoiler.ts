import assert from 'node:assert/strict';

import type { Spoilable } from '../healthy-observation.ts';
import type { InvariantId } from '../invariants/violation.ts';

/** One way to spoil a healthy observation, and what the checker has to say about it. */
export type Spoiler = readonly [
  invariant: InvariantId,
  what: string,
  callSid: string | null,
  spoil: (observation: Spoilable) => void,
];

/** The element that there has to be: a spoiler that spoils nothing would prove nothing. */
export function theOnly<T>(list: readonly T[], isIt: (item: T) => boolean): T {
  const found = list.filter(isIt);
  const [first] = found;
  assert.ok(first !== undefined && found.length === 1, `${found.length} elements match`);
  return first;
}

export const rowOf = ({ rows }: Spoilable, callSid: string) =>
  theOnly(rows.calls, (call) => call.callSid === callSid);

export const runOf = ({ runs }: Spoilable, callSid: string) =>
  theOnly(runs, (run) => run.callSid === callSid);

export const logOf = ({ rows }: Spoilable, callSid: string, event: string) =>
  theOnly(rows.logs, (row) => row.callId === `id of ${callSid}` && row.event === event);

export function remove<T>(list: T[], item: T): void {
  list.splice(list.indexOf(item), 1);
}

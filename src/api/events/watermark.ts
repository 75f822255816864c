import type { Snapshot } from '../../domain/log-place.ts';

/**
 * Much longer than a transaction that writes into the log can last: its statements are ended after five
 * seconds, and so is the waiting between two of them. What has been open for longer is none of ours: a
 * dump, a long change by hand, a prepared transaction that nobody ends. Events must not wait for those.
 */
const OURS_LAST_AT_MOST_MS = 60_000;

/**
 * Creates what tells, from one snapshot to the next, up to which transaction the log is complete: no row
 * with a smaller number can become visible any more. Without such a mark, a reader would pass by the row
 * of a transaction that began earlier and commits later.
 */
export function createWatermark() {
  /** The number that was next at each time, oldest first. */
  const seen: { readonly at: number; readonly next: bigint }[] = [];
  let mark = 0n;

  /** `nowMs` is of a clock that never goes back. */
  return ({ next, running }: Snapshot, nowMs: number): bigint => {
    seen.push({ at: nowMs, next });
    // Of what is that old, the newest is enough.
    while (seen[1] !== undefined && seen[1].at <= nowMs - OURS_LAST_AT_MOST_MS) seen.shift();
    const oldest = seen[0];
    const isOld = oldest !== undefined && oldest.at <= nowMs - OURS_LAST_AT_MOST_MS;
    const ours = running.filter((each) => !isOld || each >= oldest.next);
    const complete = ours.reduce((least, each) => (each < least ? each : least), next);
    // A server that took over may not know the newest transactions; what was complete stays so.
    if (complete > mark) mark = complete;
    return mark;
  };
}

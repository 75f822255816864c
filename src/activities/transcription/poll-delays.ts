// Every poll costs a request of the project's quota, and a recording takes the longer the longer it lasts: asked
// for first after a fiftieth of its length, no result is fetched later than by that.
const FIRST_SHARE = 1 / 50;

// After that, no result is fetched later than by half of what its operation has already taken, but a pause that
// is shorter than a second or longer than a minute helps nobody.
const GROWTH = 1.5;
const SHORTEST_MS = 1_000;
const USUAL_LONGEST_MS = 20_000;
const LONGEST_MS = 60_000;

/**
 * How long to wait before each poll of an operation that transcribes a recording of so many seconds, in
 * milliseconds, without end. An unknown length (`null`) counts as a minute.
 */
export function* pollDelays(seconds: number | null): Generator<number, never, undefined> {
  const first = Math.min((seconds ?? 60) * 1_000 * FIRST_SHARE, LONGEST_MS);
  yield first;
  const longest = Math.max(first, USUAL_LONGEST_MS);
  for (let delay = first; ; yield delay) {
    delay = Math.min(Math.max(delay * GROWTH, SHORTEST_MS), longest);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

import { LocalRunError } from '../local-run-error.ts';
import type { Part } from './part.ts';

// All parts are ready in seconds on two busy cores (the worker, which bundles the workflow, is the
// slowest); a minute is for slower machines and for a database that recovers from a crash.
const READY_WITHIN_MS = 60_000;

/**
 * Asks a part again and again until it has an answer. When the part ends before, or does not get
 * ready in a minute, it is stopped and a LocalRunError thrown with what `describe` says of it.
 */
export async function untilPart<T>(
  part: Part,
  ask: () => Promise<T | null>,
  describe: (part: Part) => string = endedMessage,
): Promise<T> {
  const deadline = Date.now() + READY_WITHIN_MS;
  let ended = false;
  void part.exited.then(() => (ended = true));
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (ended) throw new LocalRunError(describe(part));
    if (Date.now() > deadline) {
      await part.stop();
      throw new LocalRunError(
        `The ${part.name} did not get ready within a minute: look at ${part.logPath}.`,
      );
    }
    await sleep(50);
  }
}

// A log line may hold a whole report of the bundler; its beginning tells which it is.
const LINE_LENGTH = 200;

/** Says that a part is gone, with the last it wrote. */
export function endedMessage(part: Part): string {
  // Six lines hold the head of a stack or a list of configuration faults.
  const lines = part.lastLines(6).map((line) => `\n    ${line.slice(0, LINE_LENGTH)}`);
  return `The ${part.name} stopped by itself${lines.length > 0 ? `; it last wrote:${lines.join('')}\n` : '. '}All of it is in ${part.logPath}.`;
}

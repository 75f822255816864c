import { setTimeout as sleep } from 'node:timers/promises';

import { LocalRunError } from '../local-run-error.ts';
import type { Part } from './part.ts';

// All parts are ready in seconds on two busy cores (the worker, which bundles the workflow, is the
// slowest); a minute allows for slower machines and for a database that recovers from a crash.
const READY_WITHIN_MS = 60_000;

/**
 * Polls a part with `ask` until there is an answer. Throws a LocalRunError if the part exits first
 * (`describe` words it), or if it is not ready within a minute (then it is stopped).
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
        `The ${part.name} was not ready within a minute: see ${part.logPath}.`,
      );
    }
    await sleep(50);
  }
}

// A log line may contain a whole report of the bundler; its beginning is enough to recognise it.
const LINE_LENGTH = 200;

/** Says that a part has exited unexpectedly, and quotes its last output. */
export function endedMessage(part: Part): string {
  // Six lines hold the head of a stack or a list of configuration faults.
  const lines = part.lastLines(6).map((line) => `\n    ${line.slice(0, LINE_LENGTH)}`);
  return `The ${part.name} stopped unexpectedly${lines.length > 0 ? `. Its last output:${lines.join('')}\n` : '. '}The whole log is in ${part.logPath}.`;
}

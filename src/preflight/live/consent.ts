import { createInterface } from 'node:readline/promises';

/**
 * Asks on the terminal whether to go on. `null` where nobody can be asked, because nobody sits at a
 * terminal. No answer, and Ctrl-C, are a no.
 */
export async function askConsent(stop: AbortSignal): Promise<boolean | null> {
  if (!process.stdin.isTTY) return null;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  const leave = (): void => left.abort();
  terminal.once('SIGINT', leave);
  terminal.once('close', leave);
  try {
    const signal = AbortSignal.any([stop, left.signal]);
    const answer = await terminal.question('Go on? [y/N] ', { signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (error) {
    if (!stop.aborted && !left.signal.aborted) throw error;
    return false;
  } finally {
    terminal.close();
  }
}

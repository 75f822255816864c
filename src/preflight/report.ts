import { styleText } from 'node:util';

import type { Result } from './run-checks.ts';

const WORDS = { ok: 'ok', warning: 'warning', fault: 'FAULT', skipped: 'skipped' } as const;
const COLOURS = { ok: 'green', warning: 'yellow', fault: 'red', skipped: 'yellow' } as const;

const WORD_WIDTH = Math.max(...Object.values(WORDS).map((word) => word.length));

/** A result in one line: the state, what was checked, what was found and what to do. */
export function lineOf(result: Result, nameWidth: number): string {
  const word = WORDS[result.state].padEnd(WORD_WIDTH);
  // It colours only a terminal that wants it.
  const state = styleText(COLOURS[result.state], word, { stream: process.stdout });
  return `${state}  ${result.name.padEnd(nameWidth)}  ${sentencesOf(result)}`;
}

function sentencesOf(result: Result): string {
  if (!('remedy' in result)) return result.says;
  const code = result.code === undefined ? '' : ` (${result.code})`;
  return `${result.says.replace(/\.$/, '')}${code}. ${result.remedy}`;
}

/** How many checks ended how, in one sentence. */
export function summaryOf(results: readonly Result[]): string {
  const count = (state: Result['state']) =>
    results.filter((result) => result.state === state).length;
  const [faults, warnings, skipped] = [count('fault'), count('warning'), count('skipped')];
  if (faults + warnings + skipped === 0) return `All ${results.length} checks are ok.`;
  return `${results.length} checks: ${count('ok')} ok, ${warnings} with a warning, ${faults} with a fault, ${skipped} not made.`;
}

/** Whether the service may be started: nothing is wrong, and everything was looked at. */
export function isReady(results: readonly Result[]): boolean {
  return results.every(({ state }) => state === 'ok' || state === 'warning');
}

/** The same for machines. */
export function toJson(results: readonly Result[]): string {
  return JSON.stringify({ ready: isReady(results), checks: results }, null, 2);
}

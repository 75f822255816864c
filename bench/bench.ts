import '../src/process/node-version.cjs';

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { waitForSignal } from '../local/process/wait-for-signal.ts';
import { PROJECT_FOLDER } from '../local/settings.ts';
import { readArguments, refuseArguments } from '../src/process/arguments.ts';
import { startGround } from './ground/ground.ts';
import { describeMachine } from './report/machine.ts';
import { tableOf, type Report } from './report/report.ts';
import { ROWS } from './rows/rows.ts';

// What shells report for a program that Ctrl-C ended.
const INTERRUPTED = 130;

const command = {
  name: 'npm run bench',
  does: `Measures the service beside what Temporal itself costs, the plan it began with and a naive use of Temporal. Starts what it needs, prints one table and writes it to bench/results/. It measures: ${ROWS.map(({ name, does, onlyByName }) => `${name}${onlyByName ? ' (only when it is named)' : ''}: ${does}`).join('; ')}.`,
  flags: {
    only: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      help: 'Measure this alone. May be repeated.',
    },
    rounds: {
      type: 'string',
      value: 'N',
      default: '7',
      help: 'How often each contestant takes its turn.',
    },
    calls: {
      type: 'string',
      value: 'N',
      help: 'The calls of a turn. Default: 100, or what the row says.',
    },
  },
} as const;

const { flags } = readArguments(command);
const amount = {
  rounds: wholeNumber('rounds', flags.rounds),
  calls: flags.calls === undefined ? null : wholeNumber('calls', flags.calls),
};
const unknown = flags.only?.find((name) => !ROWS.some((row) => row.name === name));
if (unknown !== undefined)
  refuseArguments(
    command,
    `--only ${unknown}: the names are ${ROWS.map(({ name }) => name).join(', ')}`,
  );
const rows = ROWS.filter(({ name, onlyByName }) => flags.only?.includes(name) ?? !onlyByName);

const startedAt = Date.now();
const say = (progress: string) => {
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(0).padStart(5);
  process.stderr.write(`${seconds} s  ${progress}\n`);
};
const { signal, stop } = waitForSignal();
const stack = new AsyncDisposableStack();
const finished = measureAll();
// A signal stops what is measured; what still waits for it then fails, which is not worth a word.
const isWhole = await Promise.race([finished.then(() => true), stop.then(() => false)]).catch(
  (error: unknown) => {
    if (!signal.aborted) console.error(error);
    return null;
  },
);
finished.catch(() => undefined);
if (isWhole === false) say('stopping');
await stack.disposeAsync();
if (isWhole === true) process.exit(0);
process.exit(signal.aborted ? INTERRUPTED : 1);

async function measureAll(): Promise<void> {
  const ground = await startGround(stack, say, signal);
  const machine = describeMachine(ground.versions);
  const reports: Report[] = [];
  for (const row of rows) {
    signal.throwIfAborted();
    say(`${row.name}: begins`);
    const rowStack = new AsyncDisposableStack();
    stack.defer(() => rowStack.disposeAsync());
    reports.push(await row.measure({ ...ground, stack: rowStack }, amount));
    // What one row has started must not disturb the next one.
    await rowStack.disposeAsync();
  }
  const text = `${machine.map((line) => `- ${line}`).join('\n')}\n\n${tableOf(reports)}\n`;
  console.log(text);
  const folder = join(PROJECT_FOLDER, 'bench/results');
  await mkdir(folder, { recursive: true });
  const names = flags.only === undefined ? 'all' : rows.map(({ name }) => name).join('-');
  const day = new Date(startedAt).toISOString().replaceAll(':', '').slice(0, 15);
  const file = join(folder, `${day}-${names}.md`);
  await writeFile(file, `# ${names}, ${new Date(startedAt).toISOString()}\n\n${text}`);
  say(`written to ${file}`);
}

/** Above 0, or the command line is refused. */
function wholeNumber(flag: string, value: string): number {
  const number = Number(value);
  return Number.isInteger(number) && number > 0
    ? number
    : refuseArguments(command, `--${flag} is not a whole number above 0`);
}

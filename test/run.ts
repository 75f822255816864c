import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

// `npm test`: all tests, in processes side by side. Many of them wait (for heartbeats that do not
// come, for servers that restart, for a window to expire), so two cores bear two lanes and one that
// does nothing but wait; with more, the tests of one starve those of another. Each lane has servers of
// its own. A lane's results are printed when it is done, so that they do not run into each other.

type Lane = { readonly name: string; readonly args: readonly string[] };

const ignoring = (patterns: readonly string[]) =>
  patterns.flatMap((pattern) => ['--ignore', pattern]);

// Minutes in which a worker waits for the heartbeat of the one before it.
const KILLED_WORKERS = [
  'test/service/poison.test.ts',
  'test/service/crash.test.ts',
  'test/service/transcription-crash.test.ts',
  'test/faults/matrix/matrix.test.ts',
];
const WHOLE_SERVICE = [
  'test/service/**/*.test.ts',
  'test/api/**/*.test.ts',
  'test/local/**/*.test.ts',
  'test/faults/nemesis/nemesis.test.ts',
];

const LANES: readonly Lane[] = [
  { name: 'workers killed in a call', args: KILLED_WORKERS },
  {
    name: 'the whole service, the gateway, npm start and a storm',
    args: [...WHOLE_SERVICE, ...ignoring(KILLED_WORKERS)],
  },
  {
    name: 'all others',
    args: ['test/**/*.test.ts', ...ignoring([...WHOLE_SERVICE, ...KILLED_WORKERS])],
  },
];

// Of a lane that died without mocha's summary: enough for a stack trace.
const LAST_WORDS = 4000;

type Result = {
  readonly lane: Lane;
  readonly code: number;
  readonly seconds: number;
  readonly output: string;
};

const MOCHA = join(import.meta.dirname, '../node_modules/mocha/bin/mocha.js');

function run(lane: Lane): Promise<Result> {
  const begun = performance.now();
  const child = spawn(process.execPath, [MOCHA, ...lane.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  // What ends the run ends the lanes: Ctrl-C reaches them by themselves, this does not.
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.on('close', (code) =>
      resolve({
        lane,
        code: code ?? 1,
        seconds: Math.round((performance.now() - begun) / 1000),
        // Mocha colours some of its signs even into a pipe, and the summary is searched below.
        output: stripVTControlCharacters(output),
      }),
    );
  });
}

/** How often mocha's summary says this word: `12 passing (3s)`. */
function countOf(word: string, { output }: Result): number {
  return Number(new RegExp(`^ +(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
}

/** Mocha's own account of what failed and why, which it prints at the end of a lane's output. */
function failuresOf({ output }: Result): string {
  const start = output.search(/^ +\d+ failing/m);
  return start === -1 ? output.slice(-LAST_WORDS) : output.slice(start);
}

const results = await Promise.all(
  LANES.map(async (lane) => {
    const result = await run(lane);
    console.log(`\n=== ${lane.name}, ${result.seconds} s\n${result.output}`);
    return result;
  }),
);

const total = (word: string) => results.reduce((sum, result) => sum + countOf(word, result), 0);
// A lane that ran no test has failed, whatever its exit code says.
const broken = results.filter((result) => result.code !== 0 || countOf('passing', result) === 0);
// Last, so that who sees only the end of a long output sees what is to be mended.
for (const result of broken) {
  console.log(`\n=== "${result.lane.name}" failed (exit ${result.code})\n${failuresOf(result)}`);
}
console.log(`${total('passing')} passed, ${total('failing')} failed, ${total('pending')} skipped`);
process.exitCode = broken.length === 0 ? 0 : 1;

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Lane } from './lanes.ts';
import type { TestEvent } from './test-event.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOCHA = join(ROOT, 'node_modules/mocha/bin/mocha.js');
const REPORTER = join(import.meta.dirname, 'reporter.ts');

// Everything but starting a process. Node warns that this is no protection from malice, which is
// not what it is for.
const WITHOUT_PROCESSES = [
  '--permission',
  '--allow-fs-read=*',
  '--allow-fs-write=*',
  '--allow-addons',
  '--allow-worker',
  '--disable-warning=SecurityWarning',
];

/**
 * Tests start the gateway and the worker some hundred times, and compiling what these import takes two thirds
 * of the CPU time of a start.
 */
const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/node') };

/** Of a lane that died: enough lines for a stack trace and what led to it. */
const LAST_LINES = 40;

/**
 * From the last test to the end of the process: the servers that all tests share are stopped in ten
 * seconds at most. Whatever else is left open would keep the process for ever.
 */
const ENDS_WITHIN_MS = 60_000;

type Failure = Extract<TestEvent, { readonly kind: 'failed' }>;

export type LaneResult = {
  readonly lane: Lane;
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
  /** What ended the process before its tests were over, as in "exit 1", or that it did not end after them; `null` when it ended well. */
  readonly death: string | null;
  /** The last that it wrote. */
  readonly lastLines: readonly string[];
};

export type RunningLane = {
  readonly result: Promise<LaneResult>;
  /** Ends the lane's process and those that it has started. */
  end(signal: 'SIGTERM' | 'SIGKILL'): void;
};

/** Who watches a lane. */
export type Watcher = {
  onEvent(lane: Lane, event: TestEvent): void;
  /** A line that a test or what it runs has written. */
  onLine(line: string): void;
};

/**
 * Runs the tests of a lane; those alone whose titles match, if a pattern is given. A process that does
 * not end in time after its last test is killed, with those that it has started.
 */
export function runLane(
  lane: Lane,
  grep: string | null,
  watcher: Watcher,
  endsWithinMs: number = ENDS_WITHIN_MS,
): RunningLane {
  const child = spawn(
    process.execPath,
    [
      ...(lane.mayStartProcesses ? [] : WITHOUT_PROCESSES),
      MOCHA,
      `--reporter=${REPORTER}`,
      ...(grep === null ? [] : [`--grep=${grep}`]),
      ...lane.files,
    ],
    {
      cwd: ROOT,
      env: { ...COMPILE_CACHE, ...process.env, ...lane.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: a signal to it reaches the gateways and workers of the tests too,
      // and the terminal's Ctrl-C reaches the runner alone, which passes it on.
      detached: true,
    },
  );
  let passed = 0;
  let skipped = 0;
  let hasEnded = false;
  let isKilled = false;
  let untilKilled: NodeJS.Timeout | undefined;
  const failures: Failure[] = [];
  const lastLines: string[] = [];
  child.on('message', (event: TestEvent) => {
    if (event.kind === 'passed') passed += 1;
    if (event.kind === 'skipped') skipped += 1;
    if (event.kind === 'failed') failures.push(event);
    if (event.kind === 'end') {
      hasEnded = true;
      untilKilled = setTimeout(() => {
        isKilled = true;
        end('SIGKILL');
      }, endsWithinMs);
    }
    watcher.onEvent(lane, event);
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) throw new Error('The lane has no output to read.');
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      watcher.onLine(line);
    });
  }
  const result = new Promise<LaneResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(untilKilled);
      // Mocha's code is the number of failures, up to 255.
      const isExpected = hasEnded && code === Math.min(failures.length, 255);
      const early = code === null ? `killed by ${signal}` : `exit ${code}`;
      const late = `still there ${endsWithinMs / 1000} s after its last test: something was left open`;
      const death = isExpected ? null : isKilled ? late : early;
      resolve({ lane, passed, skipped, failures, death, lastLines });
    });
  });
  return { result, end };

  function end(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, signal);
  }
}

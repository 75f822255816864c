import '../src/process/node-version.cjs';

import { constants } from 'node:os';
import { join } from 'node:path';

import { readArguments, refuseArguments } from '../src/process/arguments.ts';
import { chooseFiles } from './runner/choose-files.ts';
import {
  allTracks,
  FULL_ENVIRONMENT,
  fullTracks,
  lane,
  quickTracks,
  type Track,
} from './runner/lanes.ts';
import { createProgress } from './runner/progress.ts';
import { runLane, type LaneResult, type RunningLane } from './runner/run-lane.ts';

const ROOT = join(import.meta.dirname, '..');

const command = {
  name: 'npm test',
  does: 'Runs tests: without arguments all of them, in processes side by side. The last line is "N passed, N failed, N skipped". Ends with code 1 if a test failed, or if a process died or ran no test.',
  operands: {
    name: 'FILE',
    help: 'Only these test files, folders or patterns, in one process.',
  },
  flags: {
    grep: {
      type: 'string',
      value: 'PATTERN',
      help: 'Only tests whose titles match this regular expression.',
    },
    quick: {
      type: 'boolean',
      default: false,
      help: 'Only tests that start no process (npm run test:quick).',
    },
    full: {
      type: 'boolean',
      default: false,
      help: 'The fault tests in full, which take too long for "npm test" (npm run test:full).',
    },
  },
  environment: {
    FAULTS_SUITE: 'Which suite of the fault table to run, such as database. Default: all of them.',
    FUZZ_SEED:
      'Which requests npm run fuzz makes, and which hostile recordings, as a failure names them. Default: always the same.',
    TEMPORAL_FROM_SOURCE:
      'Build the Temporal of docker-compose.temporal.yml, with Go, if it is not built (npm run test:compose).',
    TEMPORAL_CLI_PATH: 'The Temporal CLI; one is found or fetched without it.',
  },
} as const;

const { flags, operands } = readArguments(command);
const grep = readGrep();
const tracks = chooseTracks();
const running = new Set<RunningLane>();
let endedBy: NodeJS.Signals | null = null;
endOnSignals();

const everyTest = operands.length > 0 || grep !== null;
const progress = createProgress(
  tracks.flat().reduce((sum, { files }) => sum + files.length, 0),
  everyTest,
);
const results = (await Promise.all(tracks.map(runTrack))).flat();
progress.close();
process.exitCode = report(results);

function readGrep(): string | null {
  if (flags.grep === undefined) return null;
  try {
    return new RegExp(flags.grep).source;
  } catch (error) {
    return refuseArguments(command, (error as Error).message);
  }
}

function chooseTracks(): readonly Track[] {
  if (flags.quick && (flags.full || operands.length > 0)) {
    refuseArguments(command, '--quick chooses its tests itself, without FILE or --full');
  }
  if (operands.length === 0) {
    if (flags.quick) return quickTracks();
    return flags.full ? fullTracks() : allTracks();
  }
  // Paths count from where npm was called.
  const chosen = chooseFiles(operands, process.env['INIT_CWD'] ?? process.cwd(), ROOT);
  if ('fault' in chosen) return refuseArguments(command, chosen.fault);
  const env = flags.full ? FULL_ENVIRONMENT : {};
  return [[{ ...lane('the chosen tests', chosen.files), env }]];
}

async function runTrack(track: Track): Promise<LaneResult[]> {
  const results: LaneResult[] = [];
  for (const each of track) {
    if (endedBy !== null) break;
    const started = runLane(each, grep, progress);
    running.add(started);
    results.push(await started.result);
    running.delete(started);
  }
  return results;
}

/** Ends the lanes before this process ends; at a second signal at once. */
function endOnSignals(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      for (const each of running) each.end(endedBy === null ? 'SIGTERM' : 'SIGKILL');
      endedBy ??= name;
    });
  }
}

/** Prints what failed and why, then the sums; returns the exit code. */
function report(all: readonly LaneResult[]): number {
  const total = (count: (result: LaneResult) => number) =>
    all.reduce((sum, result) => sum + count(result), 0);
  const passed = total((result) => result.passed);
  const failures = all.flatMap((result) => result.failures);

  // Last, so that the end of a long output says what is to be mended.
  const faults = endedBy === null ? all.flatMap(faultsOf) : [`Ended by ${endedBy}.`];
  if (endedBy === null && grep !== null && passed + failures.length === 0) {
    faults.push(`No test's title matches ${grep}.`);
  }
  for (const failure of failures) console.log(`\n${failure.report}`);
  for (const fault of faults) console.log(`\n${fault}`);
  if (failures.some(({ code }) => code === 'ERR_ACCESS_DENIED')) {
    console.log(
      '\nA quick test may not start a process: take it out of the lists of quick tests in test/runner/lanes.ts.',
    );
  }
  console.log(
    `${passed} passed, ${failures.length} failed, ${total(({ skipped }) => skipped)} skipped`,
  );
  if (endedBy !== null) return 128 + constants.signals[endedBy];
  return failures.length + faults.length === 0 ? 0 : 1;
}

/** What is wrong with a lane, apart from failed tests. */
function faultsOf({ lane, passed, failures, skipped, death, lastLines }: LaneResult): string[] {
  const last = ['It last wrote:', ...lastLines].join('\n    ');
  if (death !== null) return [`"${lane.name}" died (${death}). ${last}`];
  // With a pattern, the tests of a whole lane may all be left out.
  return passed + failures.length + skipped === 0 && grep === null
    ? [`"${lane.name}" ran no test. ${last}`]
    : [];
}

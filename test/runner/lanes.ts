import { globSync } from 'node:fs';

/** Tests that run one after another in a process of their own, with servers of their own. */
export type Lane = {
  readonly name: string;
  /** From the root of the project. */
  readonly files: readonly string[];
  /** Whether tests may start processes. Where they may not, Node refuses it to them. */
  readonly mayStartProcesses: boolean;
  /** What the environment has in addition. */
  readonly env: Readonly<Record<string, string>>;
};

/** Lanes of one track run one after another, tracks side by side. */
export type Track = readonly Lane[];

/** Minutes in which a worker waits for the heartbeat of the one before it. */
const KILLED_WORKERS = [
  'test/service/crash.test.ts',
  'test/service/transcription-crash.test.ts',
  'test/faults/matrix/matrix.test.ts',
];

const WHOLE_SERVICE = ['test/service/**/*.test.ts'];

const GATEWAY_AND_START = [
  'test/api/**/*.test.ts',
  'test/local/{start,terminal,operator-errors}.test.ts',
  'test/faults/nemesis/nemesis.test.ts',
];

/**
 * The inner loop: tests that start no process, so no server but those inside their own process. Two
 * lists that take about as long, for two cores. Node enforces it: a test in here that starts one fails.
 */
const QUICK_CLIENTS = ['test/clients/{connectwise,language-model,phone-system}/*.test.ts'];
const QUICK_OTHERS = [
  'test/clients/!(connectwise|language-model|phone-system)/*.test.ts',
  'test/{audio,bench,config,docs,domain,errors,sandbox}/**/*.test.ts',
  'test/api/problem.test.ts',
  'test/faults/harness/*.test.ts',
  'test/local/{compose,env-example,settings}.test.ts',
  'test/local/process/ports.test.ts',
  'test/local/samples/*.test.ts',
];

/** Tests in the folders of the quick ones that start PostgreSQL, Temporal or another process. */
const NOT_QUICK = [
  'test/clients/connectwise/limit.test.ts',
  'test/clients/language-model/prompts.test.ts',
  'test/clients/speech/client.test.ts',
  'test/clients/temporal/site-directory-schedule.test.ts',
  'test/errors/{database-replies,gateway-replies,scenarios}.test.ts',
  'test/sandbox/{core-restart,speech,speech-faults}.test.ts',
];

/** What plays more of its faults with FAULTS=full (see test/faults/harness/scale.ts). */
const FULL_TABLE = ['test/faults/fault-table.test.ts', 'test/faults/nemesis/nemesis.test.ts'];
const FULL_MATRIX = ['test/faults/matrix/matrix.test.ts'];
/** What takes minutes of its own, such as an installation. */
const LONG = ['test/full/**/*.test.ts'];
/** Those that take longest and that nothing disturbs: they even out the two tracks. */
const LONGEST = ['test/full/{image,invented,long-calls,hostile-recordings}.test.ts'];
/** What has a command of its own and is in no other (see CONTRIBUTING.md). */
export const BY_COMMAND = ['test/invented/every-format.test.ts'];
/** What is not in `npm test`. */
export const ONLY_FULL = ['test/faults/fault-table.test.ts', ...BY_COMMAND, ...LONG];
export const FULL_ENVIRONMENT = { FAULTS: 'full' } as const;

/**
 * `npm test`: all tests, in three tracks that take about as long. Many of them wait (for heartbeats
 * that do not come, for servers that restart, for a window to expire), so two cores bear three
 * tracks, one of which begins with tests that do nothing but wait; with more, the tests of one starve
 * those of another.
 */
export function allTracks(): readonly Track[] {
  const left = new Set(globSync('test/**/*.test.ts', { exclude: ONLY_FULL }).toSorted());
  /** Those that no lane has claimed before, so that each file runs once. */
  const claim = (patterns: readonly string[], except: readonly string[] = []) =>
    find(patterns, except).filter((file) => left.delete(file));
  const killed = claim(KILLED_WORKERS);
  const quick = claim([...QUICK_CLIENTS, ...QUICK_OTHERS], NOT_QUICK);
  const service = claim(WHOLE_SERVICE);
  const gateway = claim(GATEWAY_AND_START);
  return [
    [lane('workers killed in a call', killed), lane('the whole service', service)],
    [lane('the gateway, npm start and a storm', gateway)],
    [quickLane('without servers', quick), lane('all others', [...left])],
  ];
}

/** `npm run test:quick`. */
export function quickTracks(): readonly Track[] {
  return [
    [quickLane('three clients', find(QUICK_CLIENTS, NOT_QUICK))],
    [quickLane('all others', find(QUICK_OTHERS, NOT_QUICK))],
  ];
}

/**
 * `npm run test:full`: what is too long for `npm test`. Two tracks for two cores: those of the first kill
 * or freeze servers and time how soon the service goes on, which no second one of the kind may disturb.
 */
export function fullTracks(): readonly Track[] {
  return [
    [
      { ...lane('the fault table and storms', find(FULL_TABLE)), env: FULL_ENVIRONMENT },
      { ...lane('a worker killed at every point', find(FULL_MATRIX)), env: FULL_ENVIRONMENT },
      lane('what takes longest', find(LONGEST)),
    ],
    [lane('what takes long', find(LONG, LONGEST))],
  ];
}

/** Files of any kind, in one process. */
export function lane(name: string, files: readonly string[]): Lane {
  return { name, files, mayStartProcesses: true, env: {} };
}

function quickLane(name: string, files: readonly string[]): Lane {
  return { ...lane(name, files), mayStartProcesses: false };
}

function find(patterns: readonly string[], except: readonly string[] = []): string[] {
  return globSync(patterns, { exclude: except }).toSorted();
}

import { relative } from 'node:path';
import { format } from 'node:util';

import { reporters, Runner, type Suite, type Test } from 'mocha';

import type { TestEvent } from './test-event.ts';

const { constants } = Runner;
const { Base } = reporters;

/** Mocha's reporter in a lane: sends what happens to the runner, over the channel of `spawn`. */
class LaneReporter extends Base {
  constructor(runner: Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    let file: string | undefined;
    const enter = (next: string | undefined) => {
      if (next === undefined || next === file) return;
      file = next;
      send({ kind: 'file', file: relative(process.cwd(), next) });
    };
    runner.on(constants.EVENT_SUITE_BEGIN, (suite: Suite) => enter(suite.file));
    runner.on(constants.EVENT_TEST_PASS, (test) => {
      enter(test.file);
      send({ kind: 'passed', title: titleOf(test), ms: test.duration ?? 0 });
    });
    runner.on(constants.EVENT_TEST_PENDING, (test) => {
      enter(test.file);
      send({ kind: 'skipped', title: titleOf(test) });
    });
    runner.on(constants.EVENT_TEST_FAIL, (test, error: Error & { readonly code?: unknown }) => {
      enter(test.file);
      const code = typeof error.code === 'string' ? error.code : null;
      send({ kind: 'failed', title: titleOf(test), report: reportOf(test, error), code });
    });
    runner.on(constants.EVENT_RUN_END, () => send({ kind: 'end' }));
    endWithTheRunner();
  }
}

function send(event: TestEvent): void {
  if (process.send === undefined) throw new Error('This reporter is for test/run.ts alone.');
  process.send(event);
}

function titleOf(test: Test): string {
  return test.titlePath().join(' › ');
}

/** What Mocha's own reporters print of a failure, but for its number. */
function reportOf(test: Test, error: Error): string {
  const lines: string[] = [];
  Base.consoleLog = (...parts: unknown[]) => lines.push(format(...parts));
  // One failure of the test alone: it may have several, each of which is an event of its own.
  Base.list([{ titlePath: () => test.titlePath(), err: error } as Test]);
  return lines.join('\n').replace(/^\s*1\) /, '  ');
}

/** When the runner is killed nobody reads the results: ends this process and those it has started. */
function endWithTheRunner(): void {
  // The lane leads a process group of its own (see run-lane.ts).
  process.once('disconnect', () => process.kill(-process.pid, 'SIGTERM'));
  // Listening must not keep this process alive when the tests are over.
  process.channel?.unref();
}

// Mocha loads reporters by `require`, which gives what is exported under this name.
export { LaneReporter as 'module.exports' };

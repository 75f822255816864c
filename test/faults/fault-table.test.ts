import { databaseSuite } from './suites/database.ts';
import { operatorsSuite } from './suites/operators.ts';
import { outsideSystemsSuite } from './suites/outside-systems.ts';
import { runSuites, type RunningSuites } from './suites/run-suites.ts';
import { temporalSuite } from './suites/temporal.ts';
import { workersSuite } from './suites/workers.ts';

// The service survives every fault of the table in docs/faults.md that can be provoked on one machine,
// as the table says, and all ten invariants hold afterwards.

// The longest first, so that none is still running when the others are done.
const SUITES = [operatorsSuite, databaseSuite, temporalSuite, workersSuite, outsideSystemsSuite];

// Two cores can run two clusters beside the other lane of `npm test`.
const AT_A_TIME = 2;

// A whole suite in its full variant, behind two others, on a slow machine.
const TIMEOUT_MS = 20 * 60 * 1000;

/** `FAULTS_SUITE=database` runs one suite alone. */
const chosen = process.env['FAULTS_SUITE'];
const suites = SUITES.filter(({ title }) => chosen === undefined || title.includes(chosen));

describe('the fault table', function () {
  this.timeout(TIMEOUT_MS);
  let running: RunningSuites;

  before(() => {
    running = runSuites(suites, AT_A_TIME);
  });
  after(() => running.stopped);

  for (const suite of suites) {
    describe(suite.title, () => {
      for (const title of suite.groups.flatMap(Object.keys)) {
        it(title, () => running.result(suite, title));
      }
    });
  }
});

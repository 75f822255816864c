import assert from 'node:assert/strict';

import { BUCKET } from '../../../sandbox/environment.ts';
import { assertInvariants } from '../harness/check.ts';
import { untilCompleted, untilParked, untilRow } from '../../support/conditions.ts';
import { reprocess, submitOnce } from '../../support/calls.ts';
import type { Recording } from '../../support/recordings.ts';
import { FIXABLE, LASTING, PASSING, RECORDING_MAX_BYTES, type Scenario } from './scenarios.ts';
import { defineSuite, type TestGroup } from './suite.ts';

// Whatever an outside system answers, the call completes or is parked with a code that says why, and
// nothing damaged, foreign or incomplete counts as its recording.

const CLUSTER = { workers: 1, env: { RECORDING_MAX_BYTES: String(RECORDING_MAX_BYTES) } };

// The longest wait is fifteen seconds; three suites share two cores.
const ENDED_WITHIN_MS = 90_000;

export const outsideSystemsSuite = defineSuite('the outside systems', CLUSTER, (given) => {
  const recordings = new Map<Scenario, Recording>();

  async function start(scenario: Scenario): Promise<Recording> {
    const { recording: more, faults = [], foreignObject = false } = scenario;
    const recording = await given().addRecording({ ...more, faults });
    recordings.set(scenario, recording);
    if (foreignObject) await askStore(recording, 'POST');
    await submitOnce(given(), recording);
    return recording;
  }

  const passes = (scenario: Scenario): TestGroup => ({
    [`row ${scenario.row}: ${scenario.title}`]: async () => {
      const { callSid } = await start(scenario);
      await untilCompleted(given(), callSid, ENDED_WITHIN_MS);
      await assertHits(scenario, callSid);
      await assertAttempts(scenario, callSid);
    },
  });

  const parks = (scenario: Scenario): TestGroup => ({
    [`row ${scenario.row}: ${scenario.title}`]: async () => {
      const { callSid } = await start(scenario);
      const { parkedAt } = scenario;
      assert.ok(parkedAt !== null);
      const [step, code] = parkedAt;
      const { parked } = await untilParked(given(), callSid, [step], ENDED_WITHIN_MS);
      assert.deepEqual(parked, [{ step, code }]);
      const isFailed = ({ callStatus }: { callStatus: string }) => callStatus === 'FAILED';
      const row = await untilRow(given(), callSid, 'FAILED', isFailed);
      assert.deepEqual([row.failedStep, row.failureCode], parkedAt);
      await assertHits(scenario, callSid);
    },
  });

  const fixed: TestGroup = {
    'every call whose cause was fixed completes after a reprocess, and all invariants hold':
      async () => {
        const cluster = given();
        const calls = FIXABLE.map((scenario) => {
          const recording = recordings.get(scenario);
          assert.ok(recording !== undefined);
          return { ...scenario, recording };
        });
        for (const { recording, foreignObject } of calls) {
          if (foreignObject === true) await askStore(recording, 'DELETE');
          await reprocess(cluster, recording.callSid);
        }
        for (const { recording } of calls) await untilCompleted(cluster, recording.callSid);
        const askedAgain = calls
          .filter(({ hits }) => (hits?.['languageModel.chat.completions'] ?? 0) > 1)
          .map(({ recording }) => recording.callSid);
        await assertInvariants(cluster, { askedAgain: new Set(askedAgain) });
        const objects = await cluster.sandbox.objects();
        for (const scenario of LASTING) {
          const callSid = recordings.get(scenario)?.callSid ?? '';
          assert.ok(
            !objects.some(({ name }) => name.includes(callSid)),
            'none of its audio is stored',
          );
        }
      },
  };

  async function assertHits({ hits = {} }: Scenario, callSid: string): Promise<void> {
    const seen = await given().sandbox.hitsOf(callSid);
    const actual = Object.keys(hits).map((operation) => [operation, seen[operation]]);
    assert.deepEqual(Object.fromEntries(actual), hits);
  }

  async function assertAttempts(scenario: Scenario, callSid: string): Promise<void> {
    const rows = await given().database.prisma.processingLog.findMany({
      where: { call: { callSid } },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    const failed = rows.filter(({ attempt }) => attempt > 0);
    assert.deepEqual(
      failed.map(({ event, code }) => [event, code]),
      scenario.failedAttempts ?? [],
    );
    const last = failed.at(-1);
    if (scenario.waitsMs === undefined || last === undefined) return;
    const done = rows.find(({ step, attempt }) => step === last.step && attempt === 0);
    assert.ok(done !== undefined);
    const waitedMs = done.createdAt.getTime() - last.createdAt.getTime();
    assert.ok(waitedMs >= scenario.waitsMs, `it waited ${waitedMs} ms`);
  }

  /** Stores a foreign object under the recording's name, or deletes it, as a person would. */
  async function askStore({ callSid }: Recording, method: 'POST' | 'DELETE'): Promise<void> {
    const { storageApiEndpoint } = given().sandboxProcess.addresses();
    const name = encodeURIComponent(`call-recordings/${callSid}.wav`);
    const path =
      method === 'POST'
        ? `/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=${name}`
        : `/storage/v1/b/${BUCKET}/o/${name}`;
    const response = await fetch(`${storageApiEndpoint}${path}`, {
      method,
      ...(method === 'POST' ? { body: 'somebody else’s recording' } : {}),
    });
    assert.ok(response.ok, await response.text());
  }

  // Most of the time is spent waiting for retries, so all of them wait concurrently.
  const all = [...PASSING.map(passes), ...[...FIXABLE, ...LASTING].map(parks)];
  return [Object.assign({}, ...all) as TestGroup, fixed];
});

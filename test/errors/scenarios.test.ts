// Guarantees, through the whole service on a real Temporal server, how many attempts an answer causes, how long Temporal waits between them, and how the call ends.
import assert from 'node:assert/strict';

import type { CallKey } from '../../src/domain/call.ts';
import { submit } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { REFUSED_SUMMARY, SCENARIOS, type Scenario } from './corpus/scenarios.ts';
import {
  accountOf,
  addCallWithFaults,
  startCallWithFaults,
  type StepAccount,
} from './support/calls-with-faults.ts';

// How long an attempt itself may take, with about twenty concurrent calls on a small machine.
const ATTEMPT_AT_MOST_MS = 15_000;

// The log row of a failed attempt is written shortly before or after the moment from which Temporal counts.
const CLOCKS_DIFFER_MS = 50;

// temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED: no worker has it.
const SCHEDULED = 1;

const ONE_SECOND = { headers: { 'retry-after': '1' } };

describe('a call whose step meets', () => {
  let service: Service;
  let calls: CallKey[];
  let deadlocked: CallKey;

  before(async () => {
    service = await startService();
    deadlocked = await addCallWithFaults(service, []);
    await failOnce(service, deadlocked.callSid);
    await submit(service, deadlocked);
    await service.database.prisma.$executeRawUnsafe(
      `ALTER TABLE "CallAnalysis" ADD CHECK (data ->> 'summary' <> '${REFUSED_SUMMARY}')`,
    );
    calls = await Promise.all(
      SCENARIOS.map(({ faults, isFresh }) => startCallWithFaults(service, faults, isFresh)),
    );
  });
  after(() => service.stop());

  for (const [index, scenario] of SCENARIOS.entries()) {
    const { what, step, attempts, ends, hits } = scenario;
    it(`${what}: ${inWords(scenario)}`, async () => {
      const callSid = calls[index]?.callSid ?? '';
      const call = await untilStatus(service, callSid, ends);
      const account = await accountOf(service, callSid, step);
      assertAttempts(account, scenario);

      const seen = await service.sandbox.hitsOf(callSid);
      for (const [operation, count] of Object.entries(hits)) {
        assert.equal(seen[operation], count, operation);
      }
      const code = ends === 'FAILED' ? attempts.at(-1)?.[0] : undefined;
      const failure = call['failure'] as { step: string; code: string } | null;
      assert.deepEqual([failure?.step, failure?.code], [code && step, code]);
      if (step === 'matchCompany' && ends === 'FAILED') assert.equal(call['companyMatch'], null);
    });
  }

  it('a deadlock in the database: DATABASE_CONFLICT, 5 s, COMPLETED, and nothing is paid for twice', async () => {
    const { callSid } = deadlocked;
    await untilStatus(service, callSid, 'COMPLETED');
    assertAttempts(await accountOf(service, callSid, 'transcribeRecording'), {
      attempts: [['DATABASE_CONFLICT', 5]],
      ends: 'COMPLETED',
    });
    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['speech.BatchRecognize'], 1);
  });

  it('a request to wait for eleven days: it waits for an hour without occupying a worker, and does not fail', async () => {
    const { callSid } = await startCallWithFaults(service, [
      { system: 'connectwise', action: { status: 429, headers: { 'retry-after': '999999' } } },
    ]);
    const activity = await waitFor('the second attempt to be scheduled', async () => {
      const { raw } = await service.client.workflow.getHandle(callSid).describe();
      return raw.pendingActivities?.find(
        ({ activityType, attempt }) => activityType?.name === 'matchCompany' && attempt === 2,
      );
    });
    assert.equal(activity.state, SCHEDULED);
    assert.equal(String(activity.currentRetryInterval?.seconds), '3600');
    await untilStatus(service, callSid, 'PROCESSING');
  });

  // The limit of eight belongs to attempts that may have cost tokens, so Temporal must not count.
  it('a language model that limits the rate for long: no number of attempts ends the step, and nothing is reported as paid', async () => {
    const { callSid } = await startCallWithFaults(service, [
      { system: 'languageModel', times: 100, action: { status: 429, ...ONE_SECOND } },
    ]);
    const activity = await waitFor('the third attempt to be scheduled', async () => {
      const { raw } = await service.client.workflow.getHandle(callSid).describe();
      return raw.pendingActivities?.find(
        ({ activityType, attempt }) => activityType?.name === 'analyzeTranscript' && attempt === 3,
      );
    });
    assert.equal(activity.maximumAttempts, 0);
    assert.equal(String(activity.currentRetryInterval?.seconds), '10');
    const call = await untilStatus(service, callSid, 'PROCESSING');
    assert.equal((call['cost'] as { inputTokens: number }).inputTokens, 0);
  });
});

function assertAttempts(
  account: StepAccount,
  { attempts, ends }: Pick<Scenario, 'attempts' | 'ends'>,
): void {
  const { failed, succeededAt, lastAttempt } = account;
  assert.deepEqual(
    failed.map(({ number, code }) => [number, code]),
    attempts.map(([code], index) => [index + 1, code]),
  );
  assert.equal(lastAttempt, ends === 'COMPLETED' ? attempts.length + 1 : attempts.length);
  assert.equal(succeededAt !== null, ends === 'COMPLETED');
  for (const [index, [, pauseSeconds]] of attempts.entries()) {
    if (pauseSeconds === null) continue;
    const next = failed[index + 1]?.at ?? succeededAt ?? 0;
    const gapMs = next - (failed[index]?.at ?? 0);
    const leastMs = pauseSeconds * 1000 - CLOCKS_DIFFER_MS;
    assert.ok(gapMs >= leastMs && gapMs <= leastMs + ATTEMPT_AT_MOST_MS, `${gapMs} ms passed`);
  }
}

function inWords({ attempts, ends }: Scenario): string {
  const parts = attempts.map(([code, pause]) => (pause === null ? code : `${code}, ${pause} s`));
  return [...parts, ends].join(', ');
}

/** Makes the first transcript of a call fail with a deadlock. */
async function failOnce({ database }: Service, callSid: string): Promise<void> {
  const { prisma } = database;
  // A sequence keeps counting even when the transaction is rolled back.
  await prisma.$executeRaw`CREATE SEQUENCE transcripts_of_one_call`;
  await prisma.$executeRawUnsafe(`
    CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (SELECT "callSid" FROM "Call" WHERE id = NEW."callId") = '${callSid}'
           AND nextval('transcripts_of_one_call') = 1 THEN
          RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01';
        END IF;
        RETURN NEW;
      END $$`);
  await prisma.$executeRaw`
    CREATE TRIGGER fail_once BEFORE INSERT ON "Transcript"
      FOR EACH ROW EXECUTE FUNCTION fail_once()`;
}

// Guarantees that a wrong description by the phone system is told from a damaged transfer, and that RECORDING_INTEGRITY=warn archives only the former.
import assert from 'node:assert/strict';

import { startStepRig, type StepRig } from '../support/step-rig.ts';

const WRONG_SHA1 = { claimSha1: 'b'.repeat(40) };
const WRONG_SIZE = { claimSize: 7 };
const DAMAGED = { base64: 'bad-length' } as const;

type Action = Readonly<Record<string, unknown>>;

describe('a recording that is not as the phone system describes it', () => {
  let rig: StepRig;
  const warn = { recordingIntegrity: 'warn' } as const;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  /** A call whose fetches meet these faults, one after the other. */
  async function callWith(...actions: readonly Action[]) {
    const faults = actions.map((action) => ({ system: 'phoneSystem', action }));
    const call = await rig.newCall({ faults });
    await call.attempt('openCall', 1);
    return call;
  }

  async function failureOf(attempt: Promise<unknown>) {
    const [result] = await Promise.allSettled([attempt]);
    assert.ok(result.status === 'rejected', 'the attempt fails');
    const { type, nonRetryable, message } = result.reason as Record<string, unknown>;
    return { type, nonRetryable, message: String(message) };
  }

  for (const [what, action] of Object.entries({ sha1: WRONG_SHA1, size: WRONG_SIZE })) {
    it(`is a wrong description when the very same bytes come three times with a wrong ${what}`, async () => {
      const call = await callWith(action, action, action);
      for (const number of [1, 2]) {
        const { type, nonRetryable } = await failureOf(call.attempt('archiveRecording', number));
        assert.deepEqual([type, nonRetryable], ['RECORDING_CORRUPT', false]);
      }
      const { type, nonRetryable, message } = await failureOf(call.attempt('archiveRecording', 3));
      assert.deepEqual([type, nonRetryable], ['RECORDING_CORRUPT', true]);
      assert.match(message, /very same bytes three times.*description is wrong/);
      assert.equal((await call.rows()).call.recordingUrl, null);
    });

    it(`is archived under RECORDING_INTEGRITY=warn once the same bytes came three times with a wrong ${what}`, async () => {
      const call = await callWith(action, action, action);
      await failureOf(call.attempt('archiveRecording', 1, warn));
      await failureOf(call.attempt('archiveRecording', 2, warn));
      await call.attempt('archiveRecording', 3, warn);
      const { call: row, logs } = await call.rows();
      assert.equal(row.integrity, 'MISMATCH');
      const [object] = (await rig.sandbox.objects()).filter(({ name }) =>
        name.includes(call.callSid),
      );
      assert.equal(object?.sha256, row.sha256);
      assert.match(
        logs.find(({ event }) => event === 'FETCH_SUCCESS')?.message ?? '',
        /not with the size and the sha1/,
      );
    });
  }

  it('is a damaged transfer when no three copies are the same, also under RECORDING_INTEGRITY=warn', async () => {
    const call = await callWith(WRONG_SHA1, DAMAGED, WRONG_SHA1);
    await failureOf(call.attempt('archiveRecording', 1, warn));
    await failureOf(call.attempt('archiveRecording', 2, warn));
    const { nonRetryable, message } = await failureOf(call.attempt('archiveRecording', 3, warn));
    assert.equal(nonRetryable, true);
    assert.match(message, /arrived damaged/);
    assert.equal((await call.rows()).call.recordingUrl, null);
  });

  it('is archived at once under RECORDING_INTEGRITY=warn when its sha1 cannot be compared', async () => {
    const strict = await callWith({ claimSha1: 'yes' });
    const { type } = await failureOf(strict.attempt('archiveRecording', 1));
    assert.equal(type, 'PHONE_SYSTEM_REPLY_INVALID');
    const call = await callWith({ claimSha1: 'yes' });
    await call.attempt('archiveRecording', 1, warn);
    assert.equal((await call.rows()).call.integrity, 'MISMATCH');
  });

  it('has no mark when it is as described, and loses it when it is described rightly again', async () => {
    const call = await callWith({ claimSha1: 'yes' });
    await call.attempt('archiveRecording', 1, warn);
    await call.redoIn('archiveRecording');
    await call.attempt('archiveRecording', 1, warn);
    assert.equal((await call.rows()).call.integrity, null);
  });

  it('may come in lines of base64, as MIME writes them', async () => {
    const call = await callWith({ base64: 'whitespace' });
    await call.attempt('archiveRecording', 1);
    const { call: row } = await call.rows();
    assert.deepEqual([row.integrity, row.sha256], [null, call.sha256]);
  });
});

// Guarantees that a bucket which keeps what it has, by a retention policy or a hold, never fails a call that it can hold, and that nothing is deleted before the row knows better.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ErrorCode } from '../../src/domain/error-codes.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

const AUDIO = join(import.meta.dirname, '../audio/data/audio');
const base64Of = (file: string) => readFileSync(join(AUDIO, file)).toString('base64');

/** What Cloud Storage answers about an object under a retention policy, as it was met. */
const FIELD = JSON.parse(
  readFileSync(join(import.meta.dirname, '../field/11-bucket-keeps-what-it-has.json'), 'utf8'),
) as {
  input: {
    storageAnswersTheUpload: { status: number; headers: Record<string, string>; body: object };
  };
  expected: { alike: string[] };
};
const REASONS = ['retentionPolicyNotMet', 'objectUnderActiveHold'] as const;

type Call = Awaited<ReturnType<StepRig['newCall']>>;

describe('a bucket that keeps what it has', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());
  afterEach(() => rig.sandbox.clearFaults());

  async function objectsOf({ callSid }: Call) {
    const all = await rig.sandbox.objects();
    return all.filter(
      ({ name }) => name.startsWith(`call-recordings/${callSid}`) && !name.endsWith('.envelope'),
    );
  }

  /** A call that is archived and opened again, to be archived anew. */
  async function archivedCall() {
    const call = await rig.newCall({ audio: { base64: base64Of('pcm16-1ch-8000.wav') } });
    await call.upTo('transcribeRecording');
    const [object] = await objectsOf(call);
    assert.ok(object !== undefined);
    await call.redoIn('archiveRecording');
    return { call, object };
  }

  /** From now on, the phone system sends other bytes for this call. */
  async function sendOther({ callSid, recordgroup, recordid }: Call) {
    const audio = { base64: base64Of('mulaw-2ch-8000.wav') };
    const key = { callRecordingId: callSid, recordgroup, recordid };
    await rig.sandbox.addRecording({ ...key, audio, transcript: 'Other words.' });
  }

  /** Cloud Storage keeps what exists of this call, as the field met it or as it would for a hold. */
  async function keep({ callSid }: Call, reason: (typeof REASONS)[number]) {
    await rig.sandbox.fault({ system: 'storage', callSid, times: 50, action: { keep: reason } });
  }

  const uploadsOf = async (call: Call) => {
    const hits = await call.hits();
    return [hits['storage.objects.insert'], hits['storage.objects.upload']];
  };

  for (const reason of REASONS) {
    it(`uploads nothing when the same bytes lie there already: ${reason}`, async () => {
      const { call, object } = await archivedCall();
      const uploads = await uploadsOf(call);
      await keep(call, reason);
      await call.attempt('archiveRecording', 1);
      assert.deepEqual(await uploadsOf(call), uploads);
      assert.deepEqual(await objectsOf(call), [object]);
      const { call: row, logs } = await call.rows();
      assert.equal(row.recordingGeneration, object.generation);
      assert.equal(row.archiveRunId, row.runId);
      assert.match(logs.at(-1)?.message ?? '', /already stored/);
    });

    it(`stores other bytes under a name of their own, and notes what remains: ${reason}`, async () => {
      const { call, object } = await archivedCall();
      await sendOther(call);
      await keep(call, reason);
      await call.attempt('archiveRecording', 1);
      const { call: row, logs } = await call.rows();
      const objects = await objectsOf(call);
      assert.equal(objects.length, 2);
      const added = objects.find(({ generation }) => generation !== object.generation);
      assert.ok(row.recordingUrl?.endsWith(`/${added?.name}`));
      assert.deepEqual(
        [row.recordingGeneration, row.sha256, row.audioCodec],
        [added?.generation, added?.sha256, 'MULAW'],
      );
      const kept = logs.filter(({ event }) => event === 'OLD_RECORDING_KEPT');
      assert.deepEqual(
        kept.map(({ status, code }) => [status, code]),
        [['LOG_INFO', 'STORAGE_OBJECT_PROTECTED' satisfies ErrorCode]],
      );
    });
  }

  it('stores a first recording under a name of its own where another is kept, before it would conflict', async () => {
    const call = await rig.newCall();
    const { signal } = new AbortController();
    const name = `call-recordings/${call.callSid}.wav`;
    await rig.deps.recordingStore.saveText(name, 'Another recording.', signal);
    await call.attempt('openCall', 1);
    await keep(call, 'retentionPolicyNotMet');
    await call.attempt('archiveRecording', 1);
    const { call: row } = await call.rows();
    assert.match(row.recordingUrl ?? '', /~[0-9a-f]{8}\.wav$/);
    assert.equal((await objectsOf(call)).length, 2);
  });

  it('is STORAGE_OBJECT_PROTECTED only where the new name is refused too, and the row stays as it was', async () => {
    const { call, object } = await archivedCall();
    await sendOther(call);
    const { status, headers, body } = FIELD.input.storageAnswersTheUpload;
    assert.deepEqual(FIELD.expected.alike, ['objectUnderActiveHold']);
    const before = (await call.rows()).call;
    await rig.sandbox.fault({
      system: 'storage',
      operation: 'objects.insert',
      callSid: call.callSid,
      times: 9,
      action: { status, headers, body: JSON.stringify(body) },
    });
    const [result] = await Promise.allSettled([call.attempt('archiveRecording', 1)]);
    assert.ok(result.status === 'rejected');
    assert.equal((result.reason as { type?: string }).type, 'STORAGE_OBJECT_PROTECTED');
    const { call: row } = await call.rows();
    assert.equal(row.recordingGeneration, before.recordingGeneration);
    assert.deepEqual(await objectsOf(call), [object]);
  });

  it('is asked to delete the earlier recording only once the row names the new one', async () => {
    const { call, object } = await archivedCall();
    await sendOther(call);
    const { callWrites, recordingStore } = rig.deps;
    const storeResult: typeof callWrites.storeResult = () =>
      Promise.reject(new Error('The database went away.'));
    const instead = { callWrites: { ...callWrites, storeResult } };
    await assert.rejects(Promise.resolve(call.attempt('archiveRecording', 1, instead)));
    assert.ok((await objectsOf(call)).some(({ generation }) => generation === object.generation));

    let named: string | null = null;
    const deleteObject: typeof recordingStore.deleteObject = async (...request) => {
      named = (await call.rows()).call.recordingUrl;
      return recordingStore.deleteObject(...request);
    };
    const watching = { ...recordingStore, deleteObject };
    await call.attempt('archiveRecording', 2, { recordingStore: watching });
    const objects = await objectsOf(call);
    assert.deepEqual(
      objects.map(({ name }) => `gs://call-archive/${name}`),
      [named],
    );
    assert.notEqual(objects[0]?.generation, object.generation);
  });

  it('never fails a call because the earlier recording could not be deleted', async () => {
    for (const action of [{ status: 403 }, { status: 503 }, { reset: true as const }]) {
      const { call } = await archivedCall();
      await sendOther(call);
      const operation = 'objects.delete';
      const { callSid } = call;
      await rig.sandbox.fault({ system: 'storage', operation, callSid, times: 9, action });
      await call.attempt('archiveRecording', 1);
      const { logs } = await call.rows();
      assert.ok(logs.some(({ event }) => event === 'OLD_RECORDING_KEPT'));
    }
  });
});

// Guarantees that a recording's envelope is stored once, goes with its recording, and fails nothing when it cannot be made or stored.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { decodeEnvelope, framesOf } from '../../src/audio/ear/envelope.ts';
import type { Ear } from '../../src/audio/ear/ear.ts';
import { ServiceError } from '../../src/domain/service-error.ts';
import { Prisma } from '../../src/generated/prisma/client.ts';
import { codedWav } from '../audio/ear/coded-wav.ts';
import { soundOfTurns, truthOf, turnsOf } from '../audio/ear/dialogues.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

const AUDIO = join(import.meta.dirname, '../audio/data/audio');
const audioOf = (file: string) => ({ base64: readFileSync(join(AUDIO, file)).toString('base64') });

describe('the envelope beside a recording', () => {
  let rig: StepRig;
  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  type Call = Awaited<ReturnType<StepRig['newCall']>>;

  const namesOf = async ({ callSid }: Call) =>
    (await rig.sandbox.objects())
      .map(({ name }) => name)
      .filter((name) => name.startsWith(`call-recordings/${callSid}`))
      .toSorted();

  it('is named by the row, with what was heard, and can be read', async () => {
    const call = await rig.newCall({ audio: audioOf('opus-2ch-8000.opus') });
    await call.upTo('transcribeRecording');
    const { call: row } = await call.rows();
    assert.equal(row.envelopeUri, `${row.recordingUrl}.envelope`);
    assert.equal(row.heardSha256, row.sha256);
    assert.deepEqual(row.heardSeconds, row.recordingSeconds);
    const { channels, damage } = row.heard as { channels: unknown[]; damage: number };
    assert.deepEqual([channels.length, damage], [2, 0]);
    const { signal } = new AbortController();
    const bytes = await rig.deps.recordingStore.readBytes(row.envelopeUri ?? '', 10_000, signal);
    const envelope = decodeEnvelope(bytes);
    assert.ok(envelope !== null);
    assert.deepEqual([envelope.channels.length, framesOf(envelope)], [2, 2]);
  });

  it('is stored once, however often the step runs', async () => {
    const call = await rig.newCall({ audio: audioOf('mulaw-1ch-8000.wav') });
    await call.upTo('transcribeRecording');
    const { call: before } = await call.rows();
    const names = await namesOf(call);
    assert.equal(names.length, 2);
    await call.redoIn('archiveRecording');
    await call.attempt('archiveRecording', 1);
    const { call: row } = await call.rows();
    assert.deepEqual(await namesOf(call), names);
    assert.deepEqual(
      [row.envelopeUri, row.envelopeGeneration],
      [before.envelopeUri, before.envelopeGeneration],
    );
  });

  it('comes with who spoke for how long, also when the recording is heard later', async () => {
    const dialogue = { seed: 4, minutes: 0.5, noise: -65 };
    const turns = turnsOf(dialogue);
    const bytes = codedWav(soundOfTurns(turns, dialogue), 8_000, 'mulaw');
    const { spoken, silence } = truthOf(turns, dialogue.minutes);
    for (const isLate of [false, true]) {
      const call = await rig.newCall({ audio: { base64: bytes.toString('base64') } });
      await call.upTo('transcribeRecording');
      if (isLate) {
        const unheard = { envelopeUri: null, heardSha256: null, heard: Prisma.DbNull };
        await rig.deps.calls.update((await call.rows()).call.id, unheard);
        await call.attempt('transcribeRecording', 1);
      }
      const { talk } = (await call.rows()).call.heard as {
        talk: { channelSeconds: number[]; silenceSeconds: number };
      };
      for (const [measured = NaN, expected = NaN] of [
        [talk.channelSeconds[0], spoken[0]],
        [talk.channelSeconds[1], spoken[1]],
        [talk.silenceSeconds, silence],
      ])
        assert.ok(Math.abs(measured - expected) <= 0.2, `${measured}, expected ${expected}`);
    }
  });

  it('is replaced and removed with its recording', async () => {
    const call = await rig.newCall({ audio: audioOf('alaw-1ch-8000.wav') });
    await call.upTo('transcribeRecording');
    const { callSid: callRecordingId, recordgroup, recordid } = call;
    const key = { callRecordingId, recordgroup, recordid };
    const audio = audioOf('alaw-2ch-8000.wav');
    await rig.sandbox.addRecording({ ...key, audio, transcript: 'Other words.' });
    await call.redoIn('archiveRecording');
    await call.attempt('archiveRecording', 1);
    const { call: row } = await call.rows();
    const named = [row.recordingUrl, row.envelopeUri].map((uri) =>
      (uri ?? '').split('/').slice(3).join('/'),
    );
    assert.deepEqual(await namesOf(call), named.toSorted());
    assert.equal((row.heard as { channels: unknown[] }).channels.length, 2);
  });

  it('fails nothing when the store refuses it: the log says so, and the transcription listens again', async () => {
    const call = await rig.newCall();
    await call.attempt('openCall', 1);
    const saveEnvelope = () =>
      Promise.reject(new ServiceError('STORAGE_UNAVAILABLE', 'The store is away.'));
    const { recordingStore } = rig.deps;
    await call.attempt('archiveRecording', 1, {
      recordingStore: { ...recordingStore, saveEnvelope },
    });
    const { call: row, logs } = await call.rows();
    assert.ok(row.recordingUrl !== null);
    assert.deepEqual([row.envelopeUri, row.heardSha256, row.heard], [null, null, null]);
    const note = logs.find(({ event }) => event === 'RECORDING_NOT_HEARD');
    assert.deepEqual([note?.status, note?.code], ['LOG_INFO', 'STORAGE_UNAVAILABLE']);
    await call.attempt('transcribeRecording', 1);
    const { call: heard } = await call.rows();
    assert.equal(heard.envelopeUri, `${heard.recordingUrl}.envelope`);
    assert.ok(heard.transcript !== null && heard.transcript.leftOut !== null);
  });

  for (const reason of ['BUSY', 'TOO_SLOW', 'DECODER']) {
    it(`fails nothing when nothing could be heard: ${reason}`, async () => {
      const call = await rig.newCall();
      await call.attempt('openCall', 1);
      const deaf: Ear = {
        listen: () => ({
          write: () => Promise.resolve(),
          end: () => Promise.resolve({ notHeard: reason }),
          stop: () => undefined,
        }),
        openChannel: () => assert.fail('Nothing is decoded.'),
        close: () => Promise.resolve(),
      };
      await call.attempt('archiveRecording', 1, { ear: deaf });
      await call.attempt('transcribeRecording', 1);
      const { call: row } = await call.rows();
      assert.notEqual(row.recordingSeconds, null);
      assert.notEqual(row.transcript?.text, '');
      // A decoder that failed fails again; what was too much at that moment may go now.
      assert.equal(row.envelopeUri === null, reason === 'DECODER');
      assert.equal(row.transcript?.leftOut === null, reason === 'DECODER');
    });
  }

  it('is not missed when somebody deletes it: the transcription listens again', async () => {
    const call = await rig.newCall();
    await call.upTo('transcribeRecording');
    const { call: row } = await call.rows();
    const { signal } = new AbortController();
    const { envelopeUri, envelopeGeneration } = row;
    await rig.deps.recordingStore.deleteObject(envelopeUri ?? '', envelopeGeneration ?? '', signal);
    await call.attempt('transcribeRecording', 1);
    const { call: again } = await call.rows();
    assert.equal(again.envelopeUri, envelopeUri);
    assert.notEqual(again.envelopeGeneration, envelopeGeneration);
    assert.notEqual(again.transcript?.leftOut, null);
  });
});

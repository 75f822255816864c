// Guarantees that a recording is sent as it is heard, without its silent sides, and that one which cannot be heard is transcribed all the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { channelOf, wavOf } from '../audio/ear/sounds.ts';
import {
  field,
  recording,
  saying,
  startUnsaidRig,
  VOICE,
  ZEROS,
  type UnsaidRig,
} from './unsaid-rig.ts';

describe('a recording that is listened to before it is transcribed', () => {
  let unsaid: UnsaidRig;
  before(async () => {
    unsaid = await startUnsaidRig();
  });
  after(() => unsaid.stop());

  it('is sent without its silent side, for which the prompt would come back: field 15', async () => {
    const { channel1 } = field('15-hints-come-back').input.answers;
    const { said, row, logs } = await unsaid.transcribed(
      recording([VOICE(5)], [ZEROS(5)]),
      channel1,
    );
    assert.deepEqual(said, [`1: ${channel1.body.text}`]);
    // One channel of a little more than five seconds.
    assert.equal(row.transcript?.billedSeconds, 6);
    const { message } = logs.find(({ event }) => event === 'TRANSCRIPTION_SUCCESS') ?? {};
    assert.match(message ?? '', /1 of 2 channels were not sent: they are silent/);
  });

  it('keeps the words of one side where the other one is silent: field 17', async () => {
    const { channel1 } = field('17-silent-side-answered-500').input.answers;
    const { said } = await unsaid.transcribed(recording([VOICE(4)], [ZEROS(4)]), channel1);
    assert.deepEqual(said, ['1: Hello, please call me back.']);
  });

  it('has the whole reply stored, also what its transcript leaves out', async () => {
    const heard = saying([0, 2, 'Hello.'], [8, 9, 'Thank you for watching!']);
    const { row } = await unsaid.transcribed(recording([VOICE(2), ZEROS(8)]), heard);
    const name = `transcripts/${row.callSid}/${row.speechSubmissionId}/whole.json`;
    const { recordingStore } = unsaid.rig.deps;
    const { signal } = new AbortController();
    const stored = await recordingStore.readText(recordingStore.uriOf(name), 10_000, signal);
    assert.match(stored, /Thank you for watching!/);
    assert.equal(row.transcript?.text, 'Hello.');
  });

  it('is heard then if nobody listened while it was archived', async () => {
    const heard = saying([0, 2, 'Hello.'], [8, 9, 'Thank you for watching!']);
    const call = await unsaid.callOf(recording([VOICE(2), ZEROS(8)]), heard);
    const { id, envelopeUri, envelopeGeneration } = (await call.rows()).call;
    const none = { envelopeUri: null, envelopeGeneration: null, heardSha256: null };
    await unsaid.rig.deps.calls.update(id, { ...none, heardSeconds: null });
    await call.attempt('transcribeRecording', 1, { speech: unsaid.speech });
    const { call: row } = await call.rows();
    assert.equal(row.transcript?.text, 'Hello.');
    assert.deepEqual([row.envelopeUri, row.envelopeGeneration], [envelopeUri, envelopeGeneration]);
  });

  it('has a transcript that leaves nothing out if it cannot be heard', async () => {
    const gsm = readFileSync(join(import.meta.dirname, '../audio/data/audio/gsm-1ch-8000.wav'));
    const { row, leftOut, logs } = await unsaid.transcribed(gsm, saying([0, 0.2, 'Hello.']));
    assert.equal(row.transcript?.text, 'Hello.');
    assert.equal(leftOut, null);
    assert.equal(logs.filter(({ event }) => event === 'RECORDING_NOT_HEARD').length, 1);
  });

  for (const channels of [1, 2]) {
    it(`is sent with all its 30 seconds if its header states two: ${channels} channels`, async () => {
      const each = Array.from({ length: channels }, () => channelOf([VOICE(30)]));
      const audio = wavOf(each, 32_000 * channels);
      const last = ['The last word.', 'Nothing else.'];
      const replies = each.map((_, at) => saying([25, 29, last[at] ?? '']));
      const before = unsaid.server.requests.length;
      const { row, said } = await unsaid.transcribed(audio, ...replies);
      assert.equal(row.recordingSeconds?.toNumber(), 30);
      assert.equal(said.length, channels);
      for (const { headers, body } of unsaid.server.requests.slice(before)) {
        assert.ok(Number(headers['content-length']) > 480_000);
        assert.ok(body.includes('RIFF'));
      }
    });
  }
});

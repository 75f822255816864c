// Guarantees that the two sides of a compressed recording are heard one by one, as those of a WAV file are, and paid for once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { SIDES } from './data/two-sides.ts';
import { startToneRig, wordsOf, type ToneRig } from './tone-rig.ts';

const fileOf = (extension: string) =>
  readFileSync(join(import.meta.dirname, `data/two-sides.${extension}`));

const [ONE, TWO] = SIDES.map(wordsOf);

describe('a compressed recording with two channels', () => {
  let tones: ToneRig;
  before(async () => {
    tones = await startToneRig();
  });
  after(() => tones.stop());

  for (const [extension, rate] of [
    ['mp3', 8_000],
    ['opus', 16_000],
    ['flac', 8_000],
  ] as const) {
    it(`is heard one side at a time: ${extension}`, async () => {
      const { server } = tones;
      const call = await tones.callOf(fileOf(extension));
      server.begin({});
      await tones.transcribe(call);
      const { row, said, segments, message } = await tones.transcriptOf(call);
      assert.deepEqual([said(1), said(2)], [ONE, TWO]);
      const recognition = row.transcript?.recognition as { channels: string } | undefined;
      assert.equal(recognition?.channels, 'separate');
      // Encoders pad by less than a tenth of a second.
      const begins = segments.find(({ channel }) => channel === 2)?.startSeconds ?? 0;
      assert.ok(Math.abs(begins - 4) <= 0.25, `${begins} s`);
      assert.doesNotMatch(message, /heard as one/);
      const sizes = server.accepted().map(({ bytes, seconds }) => bytes - 2 * rate * seconds);
      assert.ok(
        sizes.every((rest) => rest > 0 && rest < 3_000),
        sizes.join(),
      );
    });

    it(`is cut where the server takes less: ${extension}`, async () => {
      const { server } = tones;
      const call = await tones.callOf(fileOf(extension));
      server.begin({ limits: { maxSeconds: 10 } });
      const speech = tones.speechWith({ TRANSCRIPTION_MAX_SECONDS: '10' });
      await tones.transcribe(call, 1, { speech });
      const { said } = await tones.transcriptOf(call);
      assert.deepEqual([said(1), said(2)], [ONE, TWO]);
      assert.ok(server.requests().every(({ isRefused }) => !isRefused));
    });
  }

  it('is not paid for again where an earlier version heard both sides as one', async () => {
    const { server } = tones;
    const call = await tones.callOf(fileOf('mp3'));
    server.begin({ onRequest: () => Promise.resolve({ status: 503 }) });
    await assert.rejects(Promise.resolve(tones.transcribe(call)));
    const { speechSubmissionId } = (await call.rows()).call;
    const { recordingStore } = tones.rig.deps;
    const name = `transcripts/${call.callSid}/${speechSubmissionId}/whole.json`;
    const segments = [{ start: 0, end: 9, text: 'Hello, how can I help?' }];
    const text = JSON.stringify({ text: 'Hello, how can I help?', segments });
    await recordingStore.saveText(name, text, new AbortController().signal);
    server.begin({});
    await tones.transcribe(call, 2);
    const { said, message } = await tones.transcriptOf(call);
    assert.deepEqual(said(null), ['Hello,', 'how', 'can', 'I', 'help?']);
    assert.match(message, /2 channels were heard as one/);
    assert.equal(server.requests().length, 0);
  });

  it('is decoded again where the server refuses a form once it has read the file', async () => {
    const { server } = tones;
    const call = await tones.callOf(fileOf('flac'));
    const refusal = { status: 400, body: { error: 'response_format verbose_json is not known' } };
    let requests = 0;
    server.begin({ onRequest: () => Promise.resolve((requests += 1) === 1 ? refusal : null) });
    await tones.transcribe(call);
    const { said } = await tones.transcriptOf(call);
    assert.deepEqual([said(1), said(2)], [ONE, TWO]);
    assert.equal(requests, 3);
  });
});

// Guarantees that a recording beyond what a transcription server takes at once is heard whole: in parts, each paid for once, without a word lost or doubled where they meet.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  assertPaidOnce,
  silence,
  startToneRig,
  talk,
  toneWav,
  wordsOf,
  type ToneRig,
} from './tone-rig.ts';

const FIELD_04 = JSON.parse(
  readFileSync(join(import.meta.dirname, '../field/04-too-long-for-the-server.json'), 'utf8'),
) as { input: { answersToEveryForm: { status: number; body: unknown }[] } };

const THIRTY = { TRANSCRIPTION_MAX_SECONDS: '30' };

describe('a recording that is longer than a transcription server takes', () => {
  let tones: ToneRig;
  before(async () => {
    tones = await startToneRig();
  });
  after(() => tones.stop());

  for (const times of ['words', 'segments', 'none'] as const) {
    it(`has every word once though nobody pauses, from a server that gives times of ${times}`, async () => {
      const { server, speechWith } = tones;
      const [one, two] = [talk(100), talk(100)];
      const call = await tones.callOf(toneWav(one, two));
      server.begin({ limits: { maxSeconds: 30 }, times });
      await tones.transcribe(call, 1, { speech: speechWith(THIRTY) });
      const { said, message } = await tones.transcriptOf(call);
      assert.deepEqual(said(1), wordsOf(one));
      assert.deepEqual(said(2), wordsOf(two));
      assert.ok(server.requests().every(({ isRefused }) => !isRefused));
      assert.match(message, /sent in 8 parts/);
      assertPaidOnce(server);
    });
  }

  it('is cut where its speaker pauses, and no part of it is sent twice or without sound', async () => {
    const { server, speechWith } = tones;
    const [one, two] = [
      [...talk(20), ...silence(40), ...talk(25), ...silence(2), ...talk(13)],
      [...silence(20), ...talk(22), ...silence(1), ...talk(17), ...silence(40)],
    ];
    const call = await tones.callOf(toneWav(one, two));
    server.begin({ limits: { maxSeconds: 30 } });
    await tones.transcribe(call, 1, { speech: speechWith(THIRTY) });
    const { said, row, segments } = await tones.transcriptOf(call);
    assert.deepEqual(said(1), wordsOf(one));
    assert.deepEqual(said(2), wordsOf(two));
    const seconds = server.accepted().reduce((sum, request) => sum + request.seconds, 0);
    assert.ok(seconds < 2 * 100 - 30, `${seconds} s were sent`);
    assert.equal(row.transcript?.billedSeconds, Math.ceil(seconds));
    const [, ...later] = segments.filter(({ channel }) => channel === 1);
    for (const { startSeconds } of later)
      assert.notEqual(one[Math.round(startSeconds)], null, `${startSeconds} s`);
  });

  it('is cut to the bytes that a server takes in a request', async () => {
    const { server, speechWith } = tones;
    const one = talk(130);
    const call = await tones.callOf(toneWav(one));
    server.begin({ limits: { maxBytes: 1_000_000 } });
    const speech = speechWith({ TRANSCRIPTION_MAX_BYTES: '1000000' });
    await tones.transcribe(call, 1, { speech });
    const { said } = await tones.transcriptOf(call);
    assert.deepEqual(said(null), wordsOf(one));
    assert.ok(server.requests().every(({ isRefused, bytes }) => !isRefused && bytes > 200_000));
  });

  const [clip, hosted] = FIELD_04.input.answersToEveryForm;
  const proxy = { status: 413, body: '<html><h1>413 Request Entity Too Large</h1></html>' };
  const REFUSALS = [
    ['field 04, 30 seconds', 30, clip, 1],
    ['field 04, in other words', 1_400, hosted, 4],
    ['the answer of a proxy, which states nothing', 45, proxy, 3],
    [
      'minutes',
      60,
      { status: 422, body: { detail: 'The audio is too long. The maximum is 1 minute.' } },
      1,
    ],
  ] as const;
  for (const [name, maxSeconds, answer, most] of REFUSALS) {
    it(`is sent in parts after a refusal: ${name}`, async () => {
      assert.ok(answer !== undefined);
      const { server } = tones;
      // The server says 1400 seconds and takes fewer, so that the recording need not be so long.
      const takes = Math.min(maxSeconds, 60);
      const one = talk(150);
      const call = await tones.callOf(toneWav(one));
      server.begin({ limits: { maxSeconds: takes, refusal: () => answer } });
      await tones.transcribe(call);
      const { said } = await tones.transcriptOf(call);
      assert.deepEqual(said(null), wordsOf(one));
      const refused = server.requests().filter(({ isRefused }) => isRefused);
      assert.ok(refused.length >= 1 && refused.length <= most, `${refused.length} refusals`);
    });
  }

  it('is paid for once however often an attempt fails between its parts', async () => {
    const { server, speechWith } = tones;
    const [one, two] = [talk(100), talk(100)];
    const call = await tones.callOf(toneWav(one, two));
    let allowed = 3;
    const onRequest = () => Promise.resolve(allowed-- > 0 ? null : { status: 503 });
    server.begin({ limits: { maxSeconds: 30 }, onRequest });
    const speech = speechWith(THIRTY);
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await assert.rejects(Promise.resolve(tones.transcribe(call, attempt, { speech })));
      allowed = 3;
    }
    allowed = 100;
    await tones.transcribe(call, 3, { speech });
    const { said } = await tones.transcriptOf(call);
    assert.deepEqual([said(1), said(2)], [wordsOf(one), wordsOf(two)]);
    assert.equal(server.accepted().length, 8);
    assertPaidOnce(server);
  });

  it('keeps what was paid for when the limit is another one afterwards', async () => {
    const { server, speechWith } = tones;
    const one = talk(100);
    const call = await tones.callOf(toneWav(one));
    let allowed = 2;
    const onRequest = () => Promise.resolve(allowed-- > 0 ? null : { status: 503 });
    server.begin({ limits: { maxSeconds: 30 }, onRequest });
    const first = tones.transcribe(call, 1, { speech: speechWith(THIRTY) });
    await assert.rejects(Promise.resolve(first));
    allowed = 100;
    const speech = speechWith({ TRANSCRIPTION_MAX_SECONDS: '20' });
    await tones.transcribe(call, 2, { speech });
    const { said } = await tones.transcriptOf(call);
    assert.deepEqual(said(null), wordsOf(one));
    const lengths = server.accepted().map(({ seconds }) => seconds);
    assert.deepEqual(
      lengths.map((seconds) => seconds > 20),
      [true, true, ...lengths.slice(2).map(() => false)],
    );
    assertPaidOnce(server);
  });

  it('is refused for good by a server that takes less than a sentence', async () => {
    const { server } = tones;
    const call = await tones.callOf(toneWav(talk(40)));
    server.begin({ limits: { maxSeconds: 2, refusal: () => clip ?? proxy } });
    await assert.rejects(Promise.resolve(tones.transcribe(call)), {
      type: 'SPEECH_AUDIO_TOO_LONG',
      nonRetryable: true,
    });
    assert.ok(server.requests().length < 8);
  });
});

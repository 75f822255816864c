// Guarantees that intact audio is always archived with its facts, that damaged audio leaves nothing behind, and that nothing is paid for audio that Speech-to-Text cannot read.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ErrorCode } from '../../src/domain/error-codes.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

const AUDIO = join(import.meta.dirname, '../audio/data/audio');

type Call = Awaited<ReturnType<StepRig['newCall']>>;

describe('the recording of a call', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  function callOf(file: string, more: Readonly<Record<string, unknown>> = {}): Promise<Call> {
    const base64 = readFileSync(join(AUDIO, file)).toString('base64');
    return rig.newCall({ audio: { base64 }, ...more });
  }

  async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
    const [result] = await Promise.allSettled([attempt]);
    assert.ok(result.status === 'rejected', 'the attempt fails');
    const { type } = result.reason as { type?: unknown };
    return type;
  }

  async function objectsOf(call: Call) {
    return (await rig.sandbox.objects()).filter(({ name }) => name.includes(call.callSid));
  }

  it('is archived with the facts read from its bytes', async () => {
    const call = await callOf('mulaw-2ch-8000.wav');
    await call.upTo('transcribeRecording');
    const { call: row } = await call.rows();
    assert.deepEqual(
      {
        mimeType: row.mimeType,
        codec: row.audioCodec,
        bits: row.bitsPerSample,
        channels: row.audioChannels,
        hertz: row.sampleRateHertz,
        seconds: row.recordingSeconds?.toNumber(),
        recordedAt: row.recordedAt?.getTime(),
      },
      {
        mimeType: 'audio/wav',
        codec: 'MULAW',
        bits: 8,
        channels: 2,
        hertz: 8000,
        seconds: 0.05,
        // The phone system's start is in Unix seconds, and so is the call's ID.
        recordedAt: Number(call.callSid.split('.')[0]) * 1000,
      },
    );
    assert.deepEqual(
      (await objectsOf(call)).map(({ name }) => name.replace(call.callSid, 'call')),
      ['call-recordings/call.wav', 'call-recordings/call.wav.envelope'],
    );
  });

  it('takes its time from the phone system, in UTC, rather than from its ID', async () => {
    const call = await callOf('pcm16-1ch-8000.wav', {
      metadata: { snumber: '+441144960000', start: 1_711_846_800 },
    });
    await call.upTo('transcribeRecording');
    // The hour in which summer time begins in Britain.
    assert.equal((await call.rows()).call.recordedAt?.toISOString(), '2024-03-31T01:00:00.000Z');
  });

  for (const file of ['gsm-1ch-8000.wav', 'pcm24-2ch-16000.wav', 'vorbis-1ch-8000.ogg']) {
    it(`is archived, and not submitted, when Speech-to-Text cannot read it: ${file}`, async () => {
      const call = await callOf(file);
      await call.upTo('transcribeRecording');
      // The recording, and its envelope where there is a decoder.
      assert.equal((await objectsOf(call)).length, /gsm|vorbis/.test(file) ? 1 : 2);
      assert.equal(
        await failureOf(call.attempt('transcribeRecording', 1)),
        'SPEECH_FORMAT_UNSUPPORTED' satisfies ErrorCode,
      );
      assert.equal((await call.hits())['speech.BatchRecognize'], undefined);
      assert.equal((await call.rows()).call.speechRecognition, null);
    });
  }

  const damaged: readonly (readonly [string, ErrorCode])[] = [
    ['login-page.wav', 'RECORDING_UNREADABLE'],
    ['error.wav', 'RECORDING_UNREADABLE'],
    ['no-samples.wav', 'RECORDING_UNREADABLE'],
    ['nothing.wav', 'RECORDING_UNREADABLE'],
    ['cut-in-half.wav', 'RECORDING_CORRUPT'],
    ['cut-in-half-mulaw.wav', 'RECORDING_CORRUPT'],
  ];
  for (const [file, code] of damaged) {
    it(`leaves nothing in the bucket when it is damaged: ${file}`, async () => {
      const call = await callOf(file);
      await call.attempt('openCall', 1);
      assert.equal(await failureOf(call.attempt('archiveRecording', 1)), code);
      assert.deepEqual(await objectsOf(call), []);
      assert.equal((await call.rows()).call.recordingUrl, null);
    });
  }

  it('leaves nothing in the bucket when a long one is shorter than its header states', async () => {
    // Far longer than the head that is inspected first, so that the upload is already under way.
    const whole = Buffer.alloc(1_000_000, 'sound');
    readFileSync(join(AUDIO, 'pcm16-1ch-8000.wav')).copy(whole, 0, 0, 44);
    whole.writeUInt32LE(2_000_000 - 36, 4);
    whole.writeUInt32LE(2_000_000 - 44, 40);
    const call = await rig.newCall({ audio: { base64: whole.toString('base64') } });
    await call.attempt('openCall', 1);
    assert.equal(await failureOf(call.attempt('archiveRecording', 1)), 'RECORDING_CORRUPT');
    assert.deepEqual(await objectsOf(call), []);
  });

  it('is fetched and uploaded anew by the next attempt when its upload breaks, and only a whole one is stored', async () => {
    // 9.6 MB go up in three pieces; the connection breaks in the second.
    const call = await rig.newCall({
      audio: { generate: { kind: 'noise', seconds: 600 } },
      faults: [
        {
          system: 'storage',
          operation: 'objects.upload',
          skip: 1,
          action: { cutRequestAfterBytes: 1_000_000 },
        },
      ],
    });
    await call.attempt('openCall', 1);
    assert.equal(await failureOf(call.attempt('archiveRecording', 1)), 'STORAGE_UNAVAILABLE');
    assert.deepEqual(await objectsOf(call), []);
    await call.attempt('archiveRecording', 2);
    const hits = await call.hits();
    assert.deepEqual(
      [
        hits['phoneSystem.recordings.get'],
        hits['storage.objects.insert'],
        hits['storage.objects.upload'],
      ],
      [2, 2, 2 + 3],
    );
    const [stored] = await objectsOf(call);
    assert.equal(stored?.sha256, (await call.rows()).call.sha256);
  });

  it('is stored with the settings of its transcription', async () => {
    const words = [
      { channel: 1, start: 0, end: 0.02, text: 'Hello?' },
      { channel: 2, start: 0.02, end: 0.04, text: 'Desk.' },
    ];
    const call = await callOf('mulaw-2ch-8000.wav', { transcript: undefined, words });
    await call.upTo('transcribeRecording');
    await call.attempt('transcribeRecording', 1);
    const { transcript } = (await call.rows()).call;
    assert.equal(transcript?.model, 'telephony');
    assert.deepEqual(transcript.recognition, {
      provider: 'google',
      model: 'telephony',
      languageCodes: ['en-GB'],
      channels: 'separate',
      diarization: false,
      wordTimes: true,
      phrases: 0,
    });
  });

  it('keeps the settings it was submitted with, although the configuration changed before the result', async () => {
    const call = await callOf('pcm16-1ch-16000.wav');
    await call.upTo('transcribeRecording');
    const speech = rig.speechWith({ SPEECH_MODEL: 'chirp_3', SPEECH_PHRASES: 'Zanzibar' });
    assert.equal(speech.provider, 'google');
    // The worker dies as soon as Google has accepted the request.
    const submit: typeof speech.submit = async (...request) => {
      await speech.submit(...request);
      throw new Error('The worker died.');
    };
    await failureOf(call.attempt('transcribeRecording', 1, { speech: { ...speech, submit } }));
    await call.attempt('transcribeRecording', 2);
    const { transcript } = (await call.rows()).call;
    assert.equal(transcript?.model, 'chirp_3');
    const { diarization, phrases } = transcript.recognition as Record<string, unknown>;
    assert.deepEqual({ diarization, phrases }, { diarization: true, phrases: 1 });
    assert.equal((await call.hits())['speech.BatchRecognize'], 1);
  });

  it('is submitted again with the current settings after Google refused the previous ones', async () => {
    const call = await callOf('pcm16-1ch-16000.wav');
    await call.upTo('transcribeRecording');
    const speech = rig.speechWith({ SPEECH_MODEL: 'no_such_model' });
    const attempt = call.attempt('transcribeRecording', 1, { speech });
    assert.equal(await failureOf(attempt), 'SPEECH_INVALID_ARGUMENT');
    await call.attempt('transcribeRecording', 2);
    assert.equal((await call.rows()).call.transcript?.model, 'long');
  });

  it('distinguishes the voices on a single channel with chirp_3', async () => {
    const words = [
      { channel: 1, speaker: '1', start: 0, end: 0.01, text: 'Hello?' },
      { channel: 1, speaker: '2', start: 0.02, end: 0.03, text: 'Desk.' },
      { channel: 1, speaker: '1', start: 0.04, end: 0.05, text: 'Good.' },
    ];
    const call = await callOf('pcm16-1ch-8000.wav', { transcript: undefined, words });
    await call.upTo('transcribeRecording');
    const speech = rig.speechWith({ SPEECH_MODEL: 'chirp_3' });
    await call.attempt('transcribeRecording', 1, { speech });
    const segments = (await call.rows()).call.transcript?.segments as { speaker: string }[];
    assert.deepEqual(
      segments.map(({ speaker }) => speaker),
      ['1', '2', '1'],
    );
  });

  it('costs nothing when it is too long for the model, until another model is chosen', async () => {
    const call = await callOf('pcm16-1ch-8000.wav', { transcript: undefined, words: [] });
    await call.upTo('transcribeRecording');
    const { id } = (await call.rows()).call;
    await rig.deps.calls.update(id, { recordingSeconds: 3_601 });
    const speech = rig.speechWith({ SPEECH_MODEL: 'chirp_3' });
    const attempt = call.attempt('transcribeRecording', 1, { speech });
    assert.equal(await failureOf(attempt), 'SPEECH_AUDIO_TOO_LONG');
    assert.equal((await call.hits())['speech.BatchRecognize'], undefined);
    await call.attempt('transcribeRecording', 2);
    assert.equal((await call.rows()).call.transcript?.text, '');
  });

  const silent = {
    'nobody speaking': { audio: { generate: { kind: 'silence', seconds: 3 } } },
    'hold music': { audio: { generate: { kind: 'tone', seconds: 3 } } },
    'a recording of 0.3 seconds': { audio: { generate: { kind: 'noise', seconds: 0.3 } } },
  };
  for (const [what, recording] of Object.entries(silent)) {
    it(`completes the call without words as NO_SPEECH: ${what}`, async () => {
      const call = await rig.newCall({ ...recording, transcript: undefined, words: [] });
      await call.upTo('analyzeTranscript');
      await call.attempt('analyzeTranscript', 1);
      const { call: row } = await call.rows();
      assert.deepEqual([row.callStatus, row.outcome], ['COMPLETED', 'NO_SPEECH']);
      assert.equal((await call.hits())['languageModel.chat.completions'], undefined);
    });
  }

  const ends = [
    [{ operationError: { code: 'OK' } }, 'SPEECH_OPERATION_EMPTY'],
    [{ fileError: { code: 'INTERNAL' } }, 'SPEECH_FILE_FAILED'],
    [{ fileError: { code: 'INVALID_ARGUMENT' } }, 'SPEECH_FILE_REFUSED'],
    [{ noResult: true }, 'SPEECH_RESULT_MISSING'],
  ] as const;
  for (const [action, code] of ends) {
    it(`fails as ${code} when the operation ends with ${JSON.stringify(action)}, and the next attempt submits it again`, async () => {
      const faults = [{ system: 'speech', operation: 'BatchRecognize', action }];
      const call = await callOf('pcm16-1ch-8000.wav', { faults });
      await call.upTo('transcribeRecording');
      assert.equal(await failureOf(call.attempt('transcribeRecording', 1)), code);
      await call.attempt('transcribeRecording', 2);
      assert.equal((await call.hits())['speech.BatchRecognize'], 2);
    });
  }
});

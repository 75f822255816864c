import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ActivitiesDeps } from '../../src/activities/index.ts';
import { ServiceError } from '../../src/domain/service-error.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';
import { waitFor } from '../support/wait-for.ts';

// A transcription by a server is paid for once, wherever an attempt stopped, and separates the two
// sides of a call if the recording does.

const STEP = 'transcribeRecording';
const OPERATION = 'transcription.audio.transcriptions';

const MANY_CHANNELS = join(import.meta.dirname, '../audio/data/audio/pcm16-9ch-8000.wav');

let made = 0;

/** A two-channel call whose length, and therefore audio, is unique. */
function twoChannels() {
  made += 1;
  return {
    audio: { generate: { kind: 'noise', seconds: 9.25 + made / 8_000, channels: 2 } },
    transcript: undefined,
    words: [
      { channel: 1, start: 0.5, end: 2, text: 'Hello, the printer is broken.' },
      { channel: 2, start: 2.5, end: 3.5, text: 'I am sorry to hear that.' },
      { channel: 1, start: 6, end: 7, text: 'Thank you.' },
    ],
  };
}

describe('a transcription by a server', () => {
  let rig: StepRig;
  before(async () => {
    rig = await startStepRig({ SPEECH_PROVIDER: 'openai-compatible' });
  });
  after(() => rig.stop());

  type Call = Awaited<ReturnType<StepRig['newCall']>>;

  const requestsOf = async (call: Call) => (await call.hits())[OPERATION] ?? 0;

  async function archived(recording?: Readonly<Record<string, unknown>>): Promise<Call> {
    const call = await rig.newCall(recording);
    await call.upTo(STEP);
    return call;
  }

  /** Dependencies whose database goes down when the transcript is written. */
  function withoutDatabase({ transcripts }: ActivitiesDeps): Partial<ActivitiesDeps> {
    const save = () => {
      throw new ServiceError('DATABASE_UNAVAILABLE', 'The database is away.');
    };
    return { transcripts: { ...transcripts, save } };
  }

  it('transcribes each channel separately, in time order, and bills both', async () => {
    const call = await archived(twoChannels());
    await call.attempt(STEP, 1);
    const { transcript } = (await call.rows()).call;
    assert.deepEqual(transcript?.segments, [
      {
        speaker: '1',
        channel: 1,
        startSeconds: 0.5,
        endSeconds: 2,
        text: 'Hello, the printer is broken.',
      },
      {
        speaker: '2',
        channel: 2,
        startSeconds: 2.5,
        endSeconds: 3.5,
        text: 'I am sorry to hear that.',
      },
      { speaker: '1', channel: 1, startSeconds: 6, endSeconds: 7, text: 'Thank you.' },
    ]);
    assert.equal(transcript?.languageCode, 'en');
    assert.equal(transcript?.model, 'sandbox-whisper');
    assert.equal(transcript?.billedSeconds, 19);
    assert.equal(await requestsOf(call), 2);
  });

  it('is not paid for again after the database was down', async () => {
    const call = await archived(twoChannels());
    await assert.rejects(Promise.resolve(call.attempt(STEP, 1, withoutDatabase(rig.deps))), {
      type: 'DATABASE_UNAVAILABLE',
    });
    assert.equal((await call.rows()).call.transcript, null);
    assert.equal(await requestsOf(call), 2);
    await call.attempt(STEP, 2);
    assert.notEqual((await call.rows()).call.transcript, null);
    assert.equal(await requestsOf(call), 2);
  });

  it('requests only the missing channel after one of them failed', async () => {
    const call = await archived(twoChannels());
    await rig.sandbox.fault({
      system: 'transcription',
      callSid: call.callSid,
      skip: 1,
      action: { status: 503, headers: { 'retry-after': '7' } },
    });
    await assert.rejects(Promise.resolve(call.attempt(STEP, 1)), {
      type: 'SPEECH_UNAVAILABLE',
      nextRetryDelay: 7_000,
    });
    assert.equal(await requestsOf(call), 2);
    await call.attempt(STEP, 2);
    assert.equal(await requestsOf(call), 3);
  });

  it('is paid for again only by a run that was asked to redo it', async () => {
    const call = await archived();
    await call.attempt(STEP, 1);
    await call.attempt(STEP, 2);
    assert.equal(await requestsOf(call), 1);
    await call.redoIn(STEP);
    await call.attempt(STEP, 1);
    await call.attempt(STEP, 2);
    assert.equal(await requestsOf(call), 2);
  });

  it('starts over with the new provider, without touching the old one, when the provider is changed', async () => {
    const call = await archived();
    await assert.rejects(Promise.resolve(call.attempt(STEP, 1, withoutDatabase(rig.deps))));
    const before = (await call.rows()).call.speechSubmissionId;
    await call.attempt(STEP, 2, { speech: rig.speechWith({ SPEECH_PROVIDER: 'google' }) });
    const { call: row } = await call.rows();
    assert.notEqual(row.speechSubmissionId, before);
    assert.equal(row.speechSubmissionProvider, 'google');
    assert.equal(row.transcript?.model, 'telephony');
    const hits = await call.hits();
    assert.equal(hits['speech.BatchRecognize'], 1);
    assert.equal(hits[OPERATION], 1);
  });

  it('has no effect when it arrives in an attempt that was superseded while it waited', async () => {
    const call = await archived();
    const { speech } = rig.deps;
    assert.ok(speech.provider === 'openai-compatible');
    const gate = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const transcribe: typeof speech.transcribe = async (file, signal) => {
      const json = await speech.transcribe(file, signal);
      held.resolve();
      await gate.promise;
      return json;
    };
    const zombie = call.attempt(STEP, 1, { speech: { ...speech, transcribe } });
    await held.promise;
    await call.attempt(STEP, 2);
    const before = await call.rows();
    gate.resolve();
    await zombie;
    assert.deepEqual(await call.rows(), before);
    const stored = (await rig.sandbox.objects()).map(({ name }) => name);
    assert.equal(
      stored.filter((name) => name.startsWith(`transcripts/${call.callSid}/`)).length,
      1,
    );
  });

  it('is logged as mixing all sides when there are more than are told apart', async () => {
    const call = await archived({
      ...twoChannels(),
      audio: { base64: readFileSync(MANY_CHANNELS).toString('base64') },
    });
    await call.attempt(STEP, 1);
    const { call: row, logs } = await call.rows();
    assert.equal(row.audioChannels, 9);
    const segments = row.transcript?.segments as { speaker: string | null }[];
    assert.deepEqual(new Set(segments.map(({ speaker }) => speaker)), new Set([null]));
    const { message } = logs.find(({ event }) => event === 'TRANSCRIPTION_SUCCESS') ?? {};
    assert.match(message ?? '', /9 channels were heard as one.*who speaks is not known/);
    assert.equal(await requestsOf(call), 1);
  });

  it('is logged as having no times when the server gives none', async () => {
    const speech = rig.speechWith({ TRANSCRIPTION_MODEL: 'sandbox-text-only' });
    const call = await archived();
    await call.attempt(STEP, 1, { speech });
    const { call: row, logs } = await call.rows();
    const segments = row.transcript?.segments as { startSeconds: number; endSeconds: number }[];
    assert.equal(segments.length, 1);
    assert.equal(segments[0]?.startSeconds, 0);
    assert.equal(segments[0]?.endSeconds, Number(row.recordingSeconds));
    assert.match(row.transcript?.text ?? '', /marmalade/);
    const { message } = logs.find(({ event }) => event === 'TRANSCRIPTION_SUCCESS') ?? {};
    assert.match(message ?? '', /gives no times/);
  });

  it('of silence has no words and succeeds', async () => {
    const call = await archived({ transcript: undefined, words: [] });
    await call.attempt(STEP, 1);
    const { call: row } = await call.rows();
    assert.deepEqual([row.transcript?.text, row.transcript?.segments], ['', []]);
  });

  it('fails for good with a code of its own when the file is too large for the server', async () => {
    const call = await archived();
    await rig.sandbox.fault({
      system: 'transcription',
      callSid: call.callSid,
      action: { status: 413 },
    });
    await assert.rejects(Promise.resolve(call.attempt(STEP, 1)), {
      type: 'SPEECH_AUDIO_TOO_LARGE',
      nonRetryable: true,
    });
  });

  it('stops waiting for the server as soon as the run is cancelled', async () => {
    const call = await archived();
    await rig.sandbox.fault({
      system: 'transcription',
      callSid: call.callSid,
      action: { hang: true },
    });
    const attempt = call.attempt(STEP, 1);
    await waitFor('the request', async () => ((await requestsOf(call)) > 0 ? true : null));
    call.cancel();
    await assert.rejects(Promise.resolve(attempt), { name: 'CancelledFailure' });
  });
});

// Guarantees that a recording becomes a transcript through the sandbox's Speech-to-Text, and that a submission whose reply was lost is not paid for twice.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { createSpeech, type Speech } from '../../../src/clients/speech/client.ts';
import { parseTranscript } from '../../../src/clients/speech/transcript.ts';
import { AUDIO } from './rig.ts';
import { startTemporarySandbox, type TemporarySandbox } from '../../support/temporary-sandbox.ts';

const { signal } = new AbortController();
const TWO_CHANNELS = '02-email-two-channels';
const SILENCE = '07-silence';

describe('the speech client against the sandbox', () => {
  let sandbox: TemporarySandbox;
  let speech: Speech;

  before(async () => {
    sandbox = await startTemporarySandbox();
    speech = createSpeech({
      projectId: sandbox.env('GOOGLE_CLOUD_PROJECT'),
      location: sandbox.env('SPEECH_LOCATION'),
      model: sandbox.env('SPEECH_MODEL'),
      languageCodes: sandbox.env('SPEECH_LANGUAGE_CODES').split(','),
      phrases: [],
      apiEndpoint: sandbox.env('SPEECH_API_ENDPOINT'),
    });
  });
  after(async () => {
    await speech?.close();
    await sandbox?.stop();
  });

  it('transcribes both channels of a call', async () => {
    const callSid = await archive(TWO_CHANNELS);
    const operation = await submit(callSid, 'one', 2);
    const { segments, text, languageCode, billedSeconds } = await transcriptOf(operation);
    assert.deepEqual(new Set(segments.map(({ channel }) => channel)), new Set([1, 2]));
    assert.ok(text.split(/\s+/).length > 20);
    assert.equal(languageCode, 'en-GB');
    assert.ok(billedSeconds !== null && billedSeconds > 0);
  });

  it('returns no words for silence', async () => {
    const callSid = await archive(SILENCE);
    const { text, segments } = await transcriptOf(await submit(callSid, 'one', 1));
    assert.deepEqual([text, segments], ['', []]);
  });

  it('finds the operation again when the reply to its submission was lost', async () => {
    const callSid = await archive(TWO_CHANNELS);
    const prefix = prefixOf(callSid, 'lost');
    const paidBefore = await sandbox.hits('speech.BatchRecognize');
    await sandbox.fault({
      system: 'speech',
      operation: 'BatchRecognize',
      action: { loseReply: true },
    });
    await assert.rejects(submit(callSid, 'lost', 2), { code: 'SPEECH_UNAVAILABLE' });
    assert.equal((await sandbox.hits('speech.BatchRecognize')) - paidBefore, 1);

    const operation = await speech.findOperation(prefix, signal);
    assert.ok(operation !== null);
    assert.match(await resultOf(operation), new RegExp(`^${prefix}`));
    assert.equal(await speech.findOperation(prefixOf(callSid, 'other'), signal), null);
  });

  it('reports each scripted end of an operation with its code', async () => {
    const callSid = await archive(TWO_CHANNELS);
    for (const [action, code] of [
      [{ operationError: { code: 'INTERNAL' } }, 'SPEECH_OPERATION_FAILED'],
      [{ fileError: { code: 'INVALID_ARGUMENT' } }, 'SPEECH_FILE_REFUSED'],
      [{ noResult: true as const }, 'SPEECH_RESULT_MISSING'],
      [{ loseOperation: true as const }, 'SPEECH_OPERATION_LOST'],
    ] as const) {
      await sandbox.fault({ system: 'speech', operation: 'BatchRecognize', action });
      const operation = await submit(callSid, code, 2);
      await assert.rejects(resultOf(operation), { code });
      assert.equal(await speech.findOperation(prefixOf(callSid, code), signal), null);
    }
  });

  it('reports missing audio', async () => {
    const operation = await submit('1700000000.404', 'one', 1);
    await assert.rejects(resultOf(operation), { code: 'SPEECH_AUDIO_NOT_FOUND' });
  });

  /** Stores a sample's audio as the service does, and returns its callSid. */
  async function archive(sample: string): Promise<string> {
    const folder = new URL('../../../sandbox/samples/', import.meta.url);
    const json = JSON.parse(await readFile(new URL(`${sample}.json`, folder), 'utf8')) as {
      callRecordingId: string;
    };
    const callSid = json.callRecordingId;
    const name = encodeURIComponent(`call-recordings/${callSid}.wav`);
    const path = `/upload/storage/v1/b/${sandbox.env('RECORDINGS_BUCKET')}/o`;
    const response = await fetch(
      `${sandbox.env('STORAGE_API_ENDPOINT')}${path}?uploadType=media&name=${name}`,
      {
        method: 'POST',
        headers: { 'content-type': 'audio/wav' },
        body: await readFile(new URL(`${sample}.wav`, folder)),
      },
    );
    assert.equal(response.status, 200);
    return callSid;
  }

  function prefixOf(callSid: string, submission: string): string {
    return `gs://${sandbox.env('RECORDINGS_BUCKET')}/transcripts/${callSid}/${submission}/`;
  }

  function submit(callSid: string, submission: string, channels: number): Promise<string> {
    const uri = `gs://${sandbox.env('RECORDINGS_BUCKET')}/call-recordings/${callSid}.wav`;
    const audio = { ...AUDIO, uri, channels };
    const outputPrefix = prefixOf(callSid, submission);
    return speech.submit({ audio, recognition: speech.plan(audio), outputPrefix }, signal);
  }

  /** Polls until the operation has ended; ten seconds is fifty times what it takes here. */
  async function resultOf(operation: string): Promise<string> {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      const state = await speech.poll(operation, signal);
      if (state.state === 'DONE') return state.resultUri;
      await sleep(50);
    }
    throw new Error('The operation did not end in time.');
  }

  async function transcriptOf(operation: string) {
    const uri = await resultOf(operation);
    const name = encodeURIComponent(uri.replace(/^gs:\/\/[^/]+\//, ''));
    const path = `/storage/v1/b/${sandbox.env('RECORDINGS_BUCKET')}/o/${name}?alt=media`;
    return parseTranscript(
      await (await fetch(`${sandbox.env('STORAGE_API_ENDPOINT')}${path}`)).text(),
    );
  }
});

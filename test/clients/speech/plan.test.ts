// Guarantees that a request to Speech-to-Text fits the audio and the model, and that audio it would refuse or partly ignore is never submitted.
import assert from 'node:assert/strict';

import { planRecognition } from '../../../src/clients/speech/plan.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { speechModelOf } from '../../../src/domain/speech-models.ts';
import { AUDIO, CONFIG, PREFIX, createSpeechRig } from './rig.ts';

const { signal } = new AbortController();
const rig = createSpeechRig();
const MINUTE = 60;
const CHIRP = { ...CONFIG, model: 'chirp_3', languageCodes: ['en-GB'] };

type Change = Partial<{
  [Key in keyof typeof AUDIO]: (typeof AUDIO)[Key] | string | number | null;
}>;
const audioWith = (change: Change) => ({ ...AUDIO, ...change }) as typeof AUDIO;
const plan = (change: Change, config: Parameters<typeof planRecognition>[0] = CONFIG) =>
  planRecognition(config, audioWith(change));

function refusalOf(change: Change, config = CONFIG as Parameters<typeof planRecognition>[0]) {
  try {
    plan(change, config);
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error));
    assert.equal(error.retryable, false);
    return error.code;
  }
  return null;
}

describe('planning a request to Speech-to-Text', () => {
  afterEach(() => rig.close());

  it('chooses the telephony model up to 8 kHz, and the long model above', () => {
    const models = [null, 8000, 8001, 16_000, 44_100].map(
      (sampleRateHertz) => plan({ sampleRateHertz }).model,
    );
    assert.deepEqual(models, ['telephony', 'telephony', 'long', 'long', 'long']);
  });

  it('uses a configured model for any audio', () => {
    for (const model of ['telephony', 'long', 'chirp_2', 'a_model_of_next_year']) {
      const config = { ...CONFIG, model };
      assert.equal(plan({ sampleRateHertz: 8000 }, config).model, model);
      assert.equal(plan({ sampleRateHertz: 48_000 }, config).model, model);
    }
  });

  it('recognises each channel separately unless there is only one', () => {
    const channels = [1, 2, 8, null].map((count) => plan({ channels: count }).channels);
    assert.deepEqual(channels, ['single', 'separate', 'separate', 'separate']);
  });

  it('requests diarization for a single channel if the model supports it for every language', () => {
    assert.equal(plan({}, CHIRP).diarization, true);
    assert.equal(plan({}, { ...CHIRP, languageCodes: ['auto'] }).diarization, true);
    assert.equal(plan({}, { ...CHIRP, languageCodes: ['en-GB', 'he-IL'] }).diarization, false);
    assert.equal(plan({ channels: 2 }, CHIRP).diarization, false);
    for (const model of ['auto', 'telephony', 'long', 'chirp_2', 'a_model_of_next_year']) {
      assert.equal(plan({}, { ...CONFIG, model }).diarization, false, model);
    }
  });

  it('requests word times, with chirp_3 for up to twenty minutes only', () => {
    const times = [null, 1, 20 * MINUTE, 20 * MINUTE + 1, 60 * MINUTE].map(
      (durationSeconds) => plan({ durationSeconds }, CHIRP).wordTimes,
    );
    assert.deepEqual(times, [true, true, true, false, false]);
    assert.equal(plan({ durationSeconds: 480 * MINUTE }).wordTimes, true);
  });

  it('refuses audio that is too long for the model', () => {
    assert.equal(refusalOf({ durationSeconds: 60 * MINUTE }, CHIRP), null);
    assert.equal(refusalOf({ durationSeconds: 60 * MINUTE + 1 }, CHIRP), 'SPEECH_AUDIO_TOO_LONG');
    assert.equal(refusalOf({ durationSeconds: 480 * MINUTE }), null);
    assert.equal(refusalOf({ durationSeconds: 480 * MINUTE + 1 }), 'SPEECH_AUDIO_TOO_LONG');
  });

  it('refuses audio of which the model would ignore a channel', () => {
    const config = { ...CONFIG, model: 'latest_short' };
    assert.equal(refusalOf({ channels: 2 }, config), 'SPEECH_FORMAT_UNSUPPORTED');
    assert.equal(refusalOf({ channels: 1 }, config), null);
  });

  it('leaves audio of unknown format to Google', () => {
    for (const unknown of [
      { codec: null },
      { codec: '' },
      { mimeType: null },
      { bitsPerSample: null },
    ])
      assert.equal(refusalOf(unknown), null);
  });

  it('records the number of phrase hints, but not the phrases', () => {
    const phrases = ['Harbourlight', 'Brightwater Dental'];
    const recognition = plan({}, { ...CONFIG, phrases });
    assert.equal(recognition.phrases, 2);
    assert.doesNotMatch(JSON.stringify(recognition), /Harbour|Bright/);
  });

  it('submits to Google exactly what was planned', async () => {
    const phrases = ['Harbourlight', 'Brightwater Dental'];
    const client = await rig.clientOf({}, { model: 'chirp_3', languageCodes: ['en-GB'], phrases });
    for (const audio of [
      audioWith({}),
      audioWith({ channels: 2 }),
      audioWith({ durationSeconds: 30 * MINUTE }),
    ]) {
      await client.submit({ audio, recognition: client.plan(audio), outputPrefix: PREFIX }, signal);
    }
    assert.deepEqual(
      rig.server().submissions.map(({ config }) => ({
        model: config?.model,
        languages: config?.languageCodes,
        // 1 is SEPARATE_RECOGNITION_PER_CHANNEL; 0 is the default, which ignores all but the first channel.
        channelMode: config?.features?.multiChannelMode,
        diarization: config?.features?.diarizationConfig !== null,
        wordTimes: config?.features?.enableWordTimeOffsets,
      })),
      [
        { channelMode: 0, diarization: true, wordTimes: true },
        { channelMode: 1, diarization: false, wordTimes: true },
        { channelMode: 0, diarization: true, wordTimes: false },
      ].map((features) => ({ model: 'chirp_3', languages: ['en-GB'], ...features })),
    );
    const [request] = rig.server().submissions;
    const [set] = request?.config?.adaptation?.phraseSets ?? [];
    assert.deepEqual(
      set?.inlinePhraseSet?.phrases?.map(({ value }) => value),
      phrases,
    );
    assert.equal(set?.inlinePhraseSet?.boost, 10);
  });

  it('does not mistake the name of an inherited property for a model', () => {
    assert.deepEqual(speechModelOf('constructor'), speechModelOf('a_model_of_next_year'));
  });
});

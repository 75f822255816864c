import type { protos } from '@google-cloud/speech';

import type { Recognition } from '../../domain/recognition.ts';
import type { SpeechConfig } from './transport.ts';
import type { SpeechAudio } from './readable-audio.ts';

type BatchRecognizeRequest = protos.google.cloud.speech.v2.IBatchRecognizeRequest;
type Features = protos.google.cloud.speech.v2.IRecognitionFeatures;

/**
 * How strongly hints count, from above 0 up to 20. Google advises a binary search for the best value,
 * which begins in the middle; higher values make hints appear where nobody said them.
 */
const PHRASE_BOOST = 10;

/** The request for one file, as planned. */
export function toBatchRequest(
  config: SpeechConfig,
  input: {
    readonly audio: SpeechAudio;
    readonly recognition: Recognition;
    readonly outputPrefix: string;
  },
): BatchRecognizeRequest {
  const { audio, recognition, outputPrefix } = input;
  return {
    recognizer: `projects/${config.projectId}/locations/${config.location}/recognizers/_`,
    config: {
      autoDecodingConfig: {},
      model: recognition.model,
      languageCodes: [...recognition.languageCodes],
      features: featuresOf(recognition),
      ...(config.phrases.length === 0
        ? {}
        : { adaptation: { phraseSets: [{ inlinePhraseSet: toPhraseSet(config.phrases) }] } }),
    },
    files: [{ uri: audio.uri }],
    recognitionOutputConfig: { gcsOutputConfig: { uri: outputPrefix } },
  };
}

function featuresOf({ channels, diarization, wordTimes }: Recognition): Features {
  return {
    enableWordTimeOffsets: wordTimes,
    enableAutomaticPunctuation: true,
    // The default silently drops all channels but the first.
    ...(channels === 'separate' ? { multiChannelMode: 'SEPARATE_RECOGNITION_PER_CHANNEL' } : {}),
    // The empty message turns it on; Google itself finds out how many speakers there are.
    ...(diarization ? { diarizationConfig: {} } : {}),
  };
}

function toPhraseSet(phrases: readonly string[]) {
  return { phrases: phrases.map((value) => ({ value })), boost: PHRASE_BOOST };
}

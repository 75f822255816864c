import type { protos } from '@google-cloud/speech';

import { ServiceError } from '../../domain/service-error.ts';
import type { SpeechConfig } from './connection.ts';

export type SpeechAudio = {
  /** gs://bucket/object */
  readonly uri: string;
  /** `null` when the audio does not tell. */
  readonly channels: number | null;
  readonly sampleRateHertz: number | null;
};

type BatchRecognizeRequest = protos.google.cloud.speech.v2.IBatchRecognizeRequest;

/** What Speech-to-Text takes (RecognitionConfig of its v2 reference). */
const MOST_CHANNELS = 8;
const LEAST_HERTZ = 8_000;
const MOST_HERTZ = 48_000;

/**
 * The request for one file. Two and more channels are recognised each for itself: the default
 * silently drops all but the first. Throws SPEECH_FILE_REFUSED for audio outside the service's
 * limits, before anything is paid.
 */
export function toBatchRequest(
  config: SpeechConfig,
  input: { readonly audio: SpeechAudio; readonly outputPrefix: string },
): BatchRecognizeRequest {
  const { audio, outputPrefix } = input;
  refuseUnfit(audio);
  return {
    recognizer: `projects/${config.projectId}/locations/${config.location}/recognizers/_`,
    config: {
      autoDecodingConfig: {},
      model: config.model,
      languageCodes: [...config.languageCodes],
      features: {
        enableWordTimeOffsets: true,
        enableAutomaticPunctuation: true,
        ...(audio.channels !== null && audio.channels > 1
          ? { multiChannelMode: 'SEPARATE_RECOGNITION_PER_CHANNEL' as const }
          : {}),
      },
    },
    files: [{ uri: audio.uri }],
    recognitionOutputConfig: { gcsOutputConfig: { uri: outputPrefix } },
  };
}

function refuseUnfit({ channels, sampleRateHertz }: SpeechAudio): void {
  const isUnfit =
    (channels !== null && channels > MOST_CHANNELS) ||
    (sampleRateHertz !== null && (sampleRateHertz < LEAST_HERTZ || sampleRateHertz > MOST_HERTZ));
  if (isUnfit) {
    throw new ServiceError(
      'SPEECH_FILE_REFUSED',
      `Submitting the audio failed: it has ${channels} channels at ${sampleRateHertz} Hz, and Speech-to-Text takes up to ${MOST_CHANNELS} channels at ${LEAST_HERTZ} to ${MOST_HERTZ} Hz; record in another format.`,
      { context: { channels, sampleRateHertz } },
    );
  }
}

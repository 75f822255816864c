import type { TranscriptSegment } from '../../domain/transcript.ts';
import { createDirectoryTrial, type DirectoryTrial } from '../connectwise/trial.ts';
import type { ConnectWiseAddress } from '../connectwise/transport.ts';
import type { LanguageModelConfig } from '../language-model/client.ts';
import { createModelTrial, type ModelTrial } from '../language-model/trial.ts';
import type { PhoneSystemAddress } from '../phone-system/transport.ts';
import { createPhoneSystemTrial, type PhoneSystemTrial } from '../phone-system/trial.ts';
import { createBucketQuestions } from '../recording-store/preflight.ts';
import type { StorageAddress } from '../recording-store/transport.ts';
import { createStoreTrial, type StoreTrial } from '../recording-store/trial.ts';
import type { KeepReply } from '../shared/kept-reply.ts';
import type { SpeechProviderConfig } from '../speech-provider/client.ts';
import { createSpeechTrial } from '../speech/trial.ts';
import { createServerTrial } from '../transcription-server/trial.ts';

/** The recording of a trial. */
export type TrialRecording = {
  readonly bytes: Buffer;
  readonly extension: string;
  readonly mimeType: string;
  readonly codec: string;
  readonly bitsPerSample: number | null;
  readonly channels: number;
  readonly sampleRateHertz: number;
  readonly durationSeconds: number | null;
};

/** Whichever transcribes: Speech-to-Text, from the bucket, or one's own server. */
type RecogniserTrial = {
  readonly name: 'speech' | 'transcription';
  transcribe(
    recording: TrialRecording & { readonly uri: string },
    keep: KeepReply,
    signal: AbortSignal,
  ): Promise<readonly TranscriptSegment[]>;
  /** Resolves once nothing more is written into the bucket, or with `false` when that is not known. */
  isOver(signal: AbortSignal): Promise<boolean>;
};

/** The requests that a call makes of each outside system, once. */
export type Trials = {
  readonly bucket: Pick<ReturnType<typeof createBucketQuestions>, 'protection'>;
  readonly store: StoreTrial;
  readonly recogniser: RecogniserTrial;
  readonly model: ModelTrial;
  readonly directory: DirectoryTrial;
  readonly phoneSystem: PhoneSystemTrial;
  close(): Promise<void>;
};

export type TrialsConfig = {
  readonly phoneSystem: PhoneSystemAddress;
  readonly recordingStore: StorageAddress;
  readonly speech: SpeechProviderConfig;
  readonly connectwise: ConnectWiseAddress;
  readonly languageModel: LanguageModelConfig;
};

/** Creates the trials. Everything they write lies in `folder`, a name of the bucket that ends in a slash. */
export function createTrials(config: TrialsConfig, folder: string): Trials {
  const store = createStoreTrial(config.recordingStore, folder);
  const phoneSystem = createPhoneSystemTrial(config.phoneSystem);
  const recogniser = createRecogniser(config.speech, store);
  return {
    bucket: createBucketQuestions(config.recordingStore),
    store,
    recogniser,
    model: createModelTrial(config.languageModel),
    directory: createDirectoryTrial(config.connectwise),
    phoneSystem,
    async close() {
      await Promise.all([phoneSystem.close(), recogniser.close()]);
    },
  };
}

function createRecogniser(
  config: SpeechProviderConfig,
  store: StoreTrial,
): RecogniserTrial & { close(): Promise<void> } {
  if (config.provider === 'google') {
    return { name: 'speech', ...createSpeechTrial(config, store) };
  }
  const server = createServerTrial(config);
  return {
    name: 'transcription',
    transcribe({ bytes, extension, mimeType }, keep, signal) {
      const file = {
        name: `recording.${extension}`,
        mimeType,
        sizeBytes: bytes.length,
        async *content() {
          yield bytes;
        },
      };
      return server.transcribe(file, keep, signal);
    },
    isOver: () => Promise.resolve(true),
    close: () => server.close(),
  };
}

import { createSpeech, type Speech, type SpeechConfig } from '../speech/client.ts';
import {
  createTranscriptionServer,
  type TranscriptionServer,
  type TranscriptionServerConfig,
} from '../transcription-server/client.ts';

export type SpeechProviderConfig =
  | ({ readonly provider: 'google' } & SpeechConfig)
  | ({ readonly provider: 'openai-compatible' } & TranscriptionServerConfig);

/** Who transcribes: Google, by an operation that is polled, or a server that answers one long request. */
export type SpeechProvider =
  | ({ readonly provider: 'google' } & Speech)
  | ({ readonly provider: 'openai-compatible' } & TranscriptionServer);

/** Creates the client of the provider that the configuration names. */
export function createSpeechProvider(config: SpeechProviderConfig): SpeechProvider {
  return config.provider === 'google'
    ? { provider: config.provider, ...createSpeech(config) }
    : { provider: config.provider, ...createTranscriptionServer(config) };
}

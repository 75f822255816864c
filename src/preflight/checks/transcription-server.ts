import type { ModelState } from '../../clients/transcription-server/preflight.ts';
import { fault, ok, warning, type Check } from '../check.ts';

/** Whether one's own transcription server answers, accepts the key and knows the model. */
export function transcriptionServerCheck(server: {
  model(signal: AbortSignal): Promise<ModelState>;
}): Check {
  return {
    name: 'transcription server',
    // A server that lists no models is asked with half a second of silence, for which it may load one.
    withinMs: 60_000,
    remedies: {
      SPEECH_UNAVAILABLE:
        'Check TRANSCRIPTION_BASE_URL, that the server is up, and that this machine may reach it.',
      SPEECH_CREDENTIALS_REFUSED: 'Correct TRANSCRIPTION_API_KEY.',
      SPEECH_INVALID_ARGUMENT:
        'Check TRANSCRIPTION_BASE_URL (it includes /v1), TRANSCRIPTION_MODEL and SPEECH_LANGUAGE_CODES.',
    },
    async run(signal) {
      switch (await server.model(signal)) {
        case 'known':
          return ok('It accepts the key and knows the model.');
        case 'unlisted':
          return fault(
            'It does not list the model in TRANSCRIPTION_MODEL.',
            'Correct TRANSCRIPTION_MODEL, or load the model into the server.',
          );
        case 'unheard':
          return warning(
            'It answers, but lists no models, and read no silence, so whether it knows the model is not certain.',
            'Process one short call before all others: it shows whether TRANSCRIPTION_MODEL is right.',
          );
      }
    },
  };
}

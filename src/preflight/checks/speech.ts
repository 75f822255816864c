import { ok, type Check } from '../check.ts';

/** Whether Speech-to-Text accepts the credentials, the project and the location. */
export function speechCheck(speech: { access(signal: AbortSignal): Promise<void> }): Check {
  return {
    name: 'Speech-to-Text',
    remedies: {
      SPEECH_UNAVAILABLE:
        'Check SPEECH_LOCATION, SPEECH_API_ENDPOINT if it is set, and that this machine may reach Google.',
      SPEECH_INVALID_ARGUMENT: 'Check SPEECH_LOCATION, and GOOGLE_CLOUD_PROJECT.',
      SPEECH_AUDIO_NOT_FOUND: 'Check GOOGLE_CLOUD_PROJECT and SPEECH_LOCATION.',
      SPEECH_CREDENTIALS_REFUSED:
        'Set up application default credentials, and give the service account the role Cloud Speech Client in GOOGLE_CLOUD_PROJECT.',
    },
    async run(signal) {
      await speech.access(signal);
      return ok('It accepts the credentials, the project and the location.');
    },
  };
}

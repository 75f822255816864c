import type { ModelsOf } from '../../clients/speech/preflight.ts';
import { AUTOMATIC_MODEL } from '../../domain/speech-models.ts';
import { fault, ok, warning, type Check } from '../check.ts';

type Wanted = { readonly model: string; readonly languageCodes: readonly string[] };

// What `auto` chooses between, by the rate of the recording.
const CHOSEN_BY_AUTO = ['telephony', 'long'];

/** Whether the location has the model for every language that is spoken. */
export function speechModelCheck(
  speech: { models(signal: AbortSignal): Promise<ModelsOf | null> },
  { model, languageCodes }: Wanted,
  needs: readonly Check[],
): Check {
  const models = model === AUTOMATIC_MODEL ? CHOSEN_BY_AUTO : [model];
  return {
    name: 'Speech-to-Text: model',
    needs,
    async run(signal) {
      const modelsOf = await speech.models(signal);
      if (modelsOf === null) {
        return warning(
          'Google does not say which models the location has.',
          'Process one short call before all others: it shows whether SPEECH_MODEL fits the location.',
        );
      }
      const missing = models.filter((each) =>
        languageCodes.some((code) => !modelsOf(code).includes(each)),
      );
      return missing.length === 0
        ? ok(
            `The location has the model for ${languageCodes.length === 1 ? 'the language' : 'every language'}.`,
          )
        : fault(
            `The location does not have the model ${missing.join(' and ')} for every language in SPEECH_LANGUAGE_CODES.`,
            'Check that SPEECH_LOCATION, SPEECH_MODEL and SPEECH_LANGUAGE_CODES fit each other.',
          );
    },
  };
}

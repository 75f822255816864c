/** What a model of Google Speech-to-Text v2 can do in a batch. */
export type SpeechModel = {
  /** The longest audio it accepts, in seconds. */
  readonly maxSeconds: number;
  /** The longest audio it accepts when word times are requested, in seconds. */
  readonly maxSecondsWithWordTimes: number;
  /** Whether it recognises every channel separately; otherwise it drops all but the first. */
  readonly separatesChannels: boolean;
  /** The languages in which it tells speakers apart. */
  readonly diarizes: readonly string[];
  /** Whether it accepts hints (model adaptation). */
  readonly takesPhrases: boolean;
  /** Whether it detects the language, which the code `auto` requests. */
  readonly detectsLanguage: boolean;
};

/** Each file of a batch may last up to eight hours (the page "Quotas and limits"). */
const EIGHT_HOURS = 8 * 60 * 60;
const HOUR = 60 * 60;

/**
 * Models trained on plain telephone and wide-band audio. They answer a request for diarization with
 * "Recognizer does not support feature: speaker_diarization" (google-cloud-java, issue 11474).
 */
const CONVENTIONAL: SpeechModel = {
  maxSeconds: EIGHT_HOURS,
  maxSecondsWithWordTimes: EIGHT_HOURS,
  separatesChannels: true,
  diarizes: [],
  takesPhrases: true,
  detectsLanguage: false,
};

const MODELS: Readonly<Record<string, SpeechModel>> = {
  telephony: CONVENTIONAL,
  telephony_short: CONVENTIONAL,
  long: CONVENTIONAL,
  short: CONVENTIONAL,
  latest_long: CONVENTIONAL,
  // The API's own definition of SEPARATE_RECOGNITION_PER_CHANNEL excludes this model.
  latest_short: { ...CONVENTIONAL, separatesChannels: false },
  // The page about the first Chirp lists adaptation as not supported.
  chirp: { ...CONVENTIONAL, takesPhrases: false },
  chirp_2: { ...CONVENTIONAL, detectsLanguage: true },
  chirp_3: {
    // "1 minute to 1 hour in general, but up to 20 minutes with word-level timestamp enabled"
    // (the page "Chirp 3 Transcription").
    maxSeconds: HOUR,
    maxSecondsWithWordTimes: 20 * 60,
    separatesChannels: true,
    // Those that the same page lists for diarization, which are fewer than it transcribes.
    diarizes: [
      'auto',
      'cmn-Hans-CN',
      'de-DE',
      'en-GB',
      'en-IN',
      'en-US',
      'es-ES',
      'es-US',
      'fr-CA',
      'fr-FR',
      'hi-IN',
      'it-IT',
      'ja-JP',
      'ko-KR',
      'pt-BR',
    ],
    takesPhrases: true,
    detectsLanguage: true,
  },
};

/** The configured value that lets the audio decide. */
export const AUTOMATIC_MODEL = 'auto';

/** A telephone line carries sound up to 4 kHz, for which 8,000 samples a second suffice. */
const TELEPHONE_HERTZ = 8_000;

/** The model for audio of this rate: one for telephone lines, another for everything above. */
export function modelForRate(sampleRateHertz: number | null): string {
  return sampleRateHertz === null || sampleRateHertz <= TELEPHONE_HERTZ ? 'telephony' : 'long';
}

/** What a model can do. A model that is not listed is asked for nothing that only some models can do. */
export function speechModelOf(name: string): SpeechModel {
  return (Object.hasOwn(MODELS, name) ? MODELS[name] : undefined) ?? CONVENTIONAL;
}

/** Language detection accepts up to three (the page "Automatically detect language"). */
const MAX_LANGUAGES = 3;

/** Recognising one of several languages works only at these endpoints ("Quotas and limits"). */
const MULTI_LANGUAGE_LOCATIONS = ['global', 'us', 'eu'];

/** Limits of model adaptation ("Quotas and limits"): of one set, of one phrase, of one request. */
const MAX_PHRASES = 1_200;
const MAX_CHARACTERS_OF_PHRASE = 100;
const MAX_CHARACTERS_OF_PHRASES = 100_000;

export type SpeechSettings = {
  readonly model: string;
  readonly location: string;
  readonly languageCodes: readonly string[];
  readonly phrases: readonly string[];
};

/** What Google would refuse in these settings: a sentence each, beginning with the setting's name. */
export function faultySpeechSettings(settings: SpeechSettings): string[] {
  const { model, location, languageCodes, phrases } = settings;
  const isAutomatic = languageCodes.includes('auto');
  const rules: readonly (readonly [boolean, string])[] = [
    [
      languageCodes.length > MAX_LANGUAGES,
      `SPEECH_LANGUAGE_CODES names more than ${MAX_LANGUAGES} languages`,
    ],
    [
      languageCodes.length > 1 && !MULTI_LANGUAGE_LOCATIONS.includes(location),
      `SPEECH_LANGUAGE_CODES names several languages, which Google distinguishes only in the locations ${MULTI_LANGUAGE_LOCATIONS.join(', ')}`,
    ],
    [
      languageCodes.some((code) => !isLanguage(code)),
      'SPEECH_LANGUAGE_CODES contains an item that is not a language code such as en-GB',
    ],
    [
      isAutomatic && (languageCodes.length > 1 || !speechModelOf(model).detectsLanguage),
      'SPEECH_LANGUAGE_CODES may be auto only by itself, and only with a SPEECH_MODEL that detects the language (chirp_2, chirp_3)',
    ],
    [
      phrases.length > 0 && !speechModelOf(model).takesPhrases,
      'SPEECH_PHRASES is set, but the SPEECH_MODEL does not accept phrases',
    ],
    [phrases.length > MAX_PHRASES, `SPEECH_PHRASES contains more than ${MAX_PHRASES} phrases`],
    [
      phrases.some((phrase) => phrase.length > MAX_CHARACTERS_OF_PHRASE),
      `SPEECH_PHRASES contains a phrase of more than ${MAX_CHARACTERS_OF_PHRASE} characters`,
    ],
    [
      phrases.join('').length > MAX_CHARACTERS_OF_PHRASES,
      `SPEECH_PHRASES contains more than ${MAX_CHARACTERS_OF_PHRASES} characters altogether`,
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, sentence]) => sentence);
}

/** `auto`, or a tag in the form of BCP 47. Only Google can say whether a model knows it. */
function isLanguage(code: string): boolean {
  if (code === 'auto') return true;
  try {
    return Intl.getCanonicalLocales(code).length === 1;
  } catch {
    return false;
  }
}

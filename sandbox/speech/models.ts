/** What a model of the location can do. This is the stand-in's own reading of Google's pages, apart from the service's. */
export type Model = {
  readonly features: ReadonlySet<string>;
  /** Whether `auto` may stand for the language. */
  readonly detectsLanguage: boolean;
  readonly takesAdaptation: boolean;
  readonly maxMinutes: number;
  readonly maxMinutesWithWordTimes: number;
};

const CONVENTIONAL: Model = {
  features: new Set([
    'word_level_confidence',
    'word_time_offsets',
    'separate_recognition_per_channel',
  ]),
  detectsLanguage: false,
  takesAdaptation: true,
  maxMinutes: 480,
  maxMinutesWithWordTimes: 480,
};

export const MODELS: Readonly<Record<string, Model>> = {
  telephony: CONVENTIONAL,
  telephony_short: CONVENTIONAL,
  long: CONVENTIONAL,
  short: CONVENTIONAL,
  latest_long: CONVENTIONAL,
  latest_short: {
    ...CONVENTIONAL,
    features: new Set(['word_level_confidence', 'word_time_offsets']),
  },
  chirp: { ...CONVENTIONAL, takesAdaptation: false },
  chirp_2: { ...CONVENTIONAL, detectsLanguage: true },
  // Diarization but no word confidence, as seen in the field; the limits are of its page.
  chirp_3: {
    features: new Set([
      'word_time_offsets',
      'speaker_diarization',
      'separate_recognition_per_channel',
    ]),
    detectsLanguage: true,
    takesAdaptation: true,
    maxMinutes: 60,
    maxMinutesWithWordTimes: 20,
  },
};

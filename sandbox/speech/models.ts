/** What a model can do. Read from Google's pages independently of the service, so that the two cannot share a mistake. */
export type Model = {
  readonly features: ReadonlySet<string>;
  /** Whether the language may be `auto`. */
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
  // Diarization but no word confidence, as seen in practice; the limits are from Google's page.
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

/** Languages of the English-speaking world, and a few more. */
export const LANGUAGES: readonly string[] = [
  'en-GB',
  'en-US',
  'en-AU',
  'en-IN',
  'de-DE',
  'fr-FR',
  'es-ES',
  'it-IT',
  'nl-NL',
  'he-IL',
];

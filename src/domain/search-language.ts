/**
 * PostgreSQL's text search configurations by the ISO 639-1 code of their language, as far as every
 * supported version has them. They know the endings of words: "printers" is found by "printer".
 */
export const SEARCH_LANGUAGES: Readonly<Record<string, string>> = {
  ar: 'arabic',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  ga: 'irish',
  hu: 'hungarian',
  id: 'indonesian',
  it: 'italian',
  lt: 'lithuanian',
  nb: 'norwegian',
  ne: 'nepali',
  nl: 'dutch',
  nn: 'norwegian',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
};

/** For every other language, and for calls without a transcript: words are found as they are written. */
export const NO_SEARCH_LANGUAGE = 'simple';

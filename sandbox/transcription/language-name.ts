/** The English name of an ISO 639-1 language, in lower case as OpenAI writes it; null if unknown. */
export function languageName(code: string): string | null {
  if (!/^[a-z]{2}$/.test(code)) {
    return null;
  }
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  return names.of(code)?.toLowerCase() ?? null;
}

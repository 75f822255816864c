/** The English name of a language of ISO 639-1, in small letters as OpenAI writes it; or null. */
export function languageName(code: string): string | null {
  if (!/^[a-z]{2}$/.test(code)) {
    return null;
  }
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  return names.of(code)?.toLowerCase() ?? null;
}

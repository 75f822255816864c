/**
 * The language in a BCP 47 code, in ISO 639-1 (or ISO 639-3 for a language without such a code): `en`
 * for `en-GB`, `zh` for `cmn-Hans-CN`. `null` when the text is not a BCP 47 code.
 */
export function languageOf(code: string): string | null {
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(code);
    const { language } = new Intl.Locale(canonical);
    // BCP 47 would let five to eight letters register as a language; none ever did.
    return language.length <= 3 ? language : null;
  } catch {
    return null;
  }
}

let codesByName: ReadonlyMap<string, string> | null = null;

/**
 * The code of a language by its English name, as Whisper's servers write it: `en` for `english`.
 * `null` when no language of ISO 639-1 has this name.
 */
export function languageNamed(name: string): string | null {
  codesByName ??= readNames();
  return codesByName.get(name.trim().toLowerCase()) ?? null;
}

/** Looks up the name of every two-letter code, so that no list of our own can miss one. */
function readNames(): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const found = new Map<string, string>();
  for (const code of codes) {
    const name = names.of(code);
    // `iw` is an old code of Hebrew: only the current code of a language is wanted.
    if (name !== undefined && languageOf(code) === code) found.set(name.toLowerCase(), code);
  }
  return found;
}

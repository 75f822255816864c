/**
 * The language in a BCP 47 code, as ISO 639-1 writes it (ISO 639-3 where that has none): `en` of
 * `en-GB`, `zh` of `cmn-Hans-CN`. `null` when the code is none.
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
 * The code of a language by its English name, as Whisper's servers write it: `en` of `english`.
 * `null` when no language of ISO 639-1 is called so.
 */
export function languageNamed(name: string): string | null {
  codesByName ??= readNames();
  return codesByName.get(name.trim().toLowerCase()) ?? null;
}

/** Asks for the name of every two-letter code: no list of our own can miss one of them. */
function readNames(): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const found = new Map<string, string>();
  for (const code of codes) {
    const name = names.of(code);
    // `iw` is an old code of Hebrew: only the code that counts today is wanted.
    if (name !== undefined && languageOf(code) === code) found.set(name.toLowerCase(), code);
  }
  return found;
}

/**
 * At least the tokens that a text has, for the usual vocabularies: two and a quarter Latin letters,
 * or 1.3 bytes of anything beyond ASCII, or one digit or sign make a token. Measured with those of
 * GPT-3.5 and GPT-4o (cl100k_base, o200k_base) on telephone talk in twenty languages: 1.03 (Welsh)
 * to 3 times (Russian) the older one, English twice. An exact count would need the vocabulary of
 * the model in use, which a server of one's own choice does not tell.
 */
export function estimateTokens(text: string): number {
  let letters = 0;
  let signs = 0;
  let otherBytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isLetterOrSpace(code)) letters += 1;
    else if (code < 0x80) signs += 1;
    // Two bytes in UTF-8 below U+0800; three above; half of a pair of surrogates has two.
    else otherBytes += code < 0x800 || isSurrogate(code) ? 2 : 3;
  }
  return Math.ceil(letters / 2.25 + signs + otherBytes / 1.3);
}

/** Bytes of a text inside a JSON body. */
export function countJsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

function isLetterOrSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

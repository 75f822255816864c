/**
 * An upper estimate of the tokens of a text, for the usual vocabularies: a token is two and a quarter
 * Latin letters, or 1.3 bytes of anything beyond ASCII, or one digit or other character. Measured on
 * telephone talk in twenty languages against the vocabularies of GPT-3.5 and GPT-4o (cl100k_base,
 * o200k_base): 1.03 (Welsh) to 3 times (Russian) the count of the older one, English twice. An exact
 * count would need the vocabulary of the model in use, which a self-hosted server does not reveal.
 */
export function estimateTokens(text: string): number {
  const counter = createTokenCounter();
  counter.add(text);
  return counter.tokens();
}

/** Counts the tokens of a text that is given piece by piece. */
export function createTokenCounter() {
  let letters = 0;
  let otherAscii = 0;
  let otherBytes = 0;
  const tokens = () => Math.ceil(letters / 2.25 + otherAscii + otherBytes / 1.3);
  return {
    add(text: string, from = 0, to = text.length): void {
      for (let at = from; at < to; at += 1) {
        const code = text.charCodeAt(at);
        if (isLetterOrSpace(code)) letters += 1;
        else if (code < 0x80) otherAscii += 1;
        // In UTF-8, two bytes below U+0800 and three above; half of a surrogate pair counts as two.
        else otherBytes += code < 0x800 || isSurrogate(code) ? 2 : 3;
      }
    },
    tokens,
  };
}

/** Bytes of a text inside a JSON body. */
export function countJsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/**
 * Bytes of the character at a place inside a JSON body. A pair of surrogates counts at its first half.
 */
export function jsonBytesAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 0x20) return SHORT_ESCAPES.includes(code) ? 2 : 6;
  if (code < 0x80) return code === 0x22 || code === 0x5c ? 2 : 1;
  if (code < 0x800) return 2;
  if (!isSurrogate(code)) return 3;
  if (isHigh(code) && isLow(text.charCodeAt(at + 1))) return 4;
  return isLow(code) && isHigh(text.charCodeAt(at - 1)) ? 0 : 6;
}

/** \b, \t, \n, \f and \r. */
const SHORT_ESCAPES: readonly number[] = [0x08, 0x09, 0x0a, 0x0c, 0x0d];

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function isLetterOrSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

import { fromBase64 } from '@exodus/bytes/base64.js';

/** Base64 carries three bytes in four characters; only whole groups can be decoded. */
const GROUP = 4;

const LINE_BREAK = /[\r\n]/;
const LINE_BREAKS = /[\r\n]+/g;

export type Base64Decoder = {
  /**
   * The bytes of all whole groups so far that have not been returned yet.
   *
   * @throws SyntaxError when the text is not strict RFC 4648 base64, apart from line breaks.
   */
  decode(text: string): Uint8Array;
  /** @throws SyntaxError when the text ended inside a group. */
  end(): void;
};

/**
 * Decodes base64 that arrives in pieces of any length. Line breaks, which MIME puts into it, are
 * skipped. The library is strict about what else `Buffer.from` silently skips: foreign characters,
 * spaces, padding in the middle, left-over bits.
 */
export function createBase64Decoder(): Base64Decoder {
  let rest = '';
  let padded = false;
  return {
    decode(piece) {
      const text = LINE_BREAK.test(piece) ? piece.replace(LINE_BREAKS, '') : piece;
      // An empty piece changes nothing: above all, the padding must not be forgotten.
      if (text === '') return new Uint8Array();
      if (padded) throw new SyntaxError('Base64 continues after its padding.');
      const whole = rest + text;
      const end = whole.length - (whole.length % GROUP);
      rest = whole.slice(end);
      const groups = whole.slice(0, end);
      padded = groups.endsWith('=');
      if (padded && rest !== '') throw new SyntaxError('Base64 continues after its padding.');
      return fromBase64(groups, { padding: true });
    },
    end() {
      if (rest !== '') throw new SyntaxError('Base64 ended inside a group of four characters.');
    },
  };
}

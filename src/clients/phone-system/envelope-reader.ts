import { getManyValues, isMany } from 'stream-chain/core';
import { jsonParser, type Token } from 'stream-json/core/parser.js';

/** Where the base64 may be: in `data.data`, or in `data` itself. */
const AUDIO_PLACES = new Set(['data', 'data.data']);

/** Where a response code may be: `responses` is an array or, at times, a single object. */
const CODE_PLACES = new Set(['responses.code', 'responses.[].code']);

/** The deepest place that is read is `responses.[].code`; the rest is room for what is skipped. */
const MAX_DEPTH = 16;

/** Phone numbers, type names and hashes have up to about 100 characters; longer texts are cut. */
const MAX_TEXT_LENGTH = 1_000;

/** The characters of `\u002f`, the longest escape sequence of JSON. */
const LONGEST_ESCAPE = 6;

export type EnvelopeReader = {
  /**
   * Reads the next piece of the reply and returns the base64 in it, or '' without any.
   *
   * @throws SyntaxError when the text is not JSON; Error when it cannot be an envelope.
   */
  read(text: string): string;
  /** The response codes seen so far, as text. */
  codes(): readonly string[];
  /**
   * A field's text exactly as it was sent (a number's decimal text); `null` when absent. Fields are
   * next to the audio: in `data`, or in the reply itself when `data` is the audio.
   */
  field(name: string): string | null;
  /** How far the base64 has been read. */
  audio(): 'absent' | 'open' | 'closed';
  /** Whether the JSON is complete. */
  isComplete(): boolean;
};

/**
 * Reads an object `{responses:[{code,key,message}], data:{…fields, data:"<base64>"}}` piece by piece.
 * The base64 passes through; of everything else only short texts are kept.
 */
export function createEnvelopeReader(): EnvelopeReader {
  // Packed values would be collected as a whole, the base64 included; streamed ones come in pieces.
  const parse = jsonParser({ packValues: false, streamValues: true });
  /** The current key of each open container; '[]' for an array. */
  const place: string[] = [];
  const fields = new Map<string, string>();
  const codes: string[] = [];
  let audio: 'absent' | 'open' | 'closed' = 'absent';
  let complete = false;
  /** The key, short string or number being read; `null` between them and inside the base64. */
  let text: string | null = null;
  let base64: string[] = [];
  /** The end of what was parsed. With a backslash in it, the parser may be holding back an open escape. */
  let tail = '';

  function tokenize(piece: string): ReturnType<typeof parse> {
    try {
      return parse(piece);
    } catch (error) {
      throw new SyntaxError('The reply is not JSON.', { cause: error });
    }
  }

  function enter(key: string): void {
    if (place.length === MAX_DEPTH) throw new Error('The reply is nested too deeply.');
    place.push(key);
  }

  function leave(): void {
    place.pop();
    complete = place.length === 0;
  }

  function startString(): void {
    if (!AUDIO_PLACES.has(place.join('.'))) {
      text = '';
      return;
    }
    if (audio !== 'absent') throw new Error('The reply holds two recordings.');
    audio = 'open';
  }

  function endValue(): void {
    if (audio === 'open') {
      audio = 'closed';
      return;
    }
    const where = place.join('.');
    if (text !== null && CODE_PLACES.has(where)) codes.push(text);
    else if (text !== null) fields.set(where, text);
    text = null;
  }

  function append(piece: string): void {
    if (audio === 'open') base64.push(piece);
    else text = `${text ?? ''}${piece}`.slice(0, MAX_TEXT_LENGTH);
  }

  function take(token: Token): void {
    switch (token.name) {
      case 'startObject':
        return enter('');
      case 'startArray':
        return enter('[]');
      case 'endObject':
      case 'endArray':
        return leave();
      case 'startKey':
      case 'startNumber':
        text = '';
        return;
      case 'endKey':
        place[place.length - 1] = text ?? '';
        text = null;
        return;
      case 'startString':
        return startString();
      case 'endString':
      case 'endNumber':
        return endValue();
      case 'stringChunk':
      case 'numberChunk':
        return append(token.value);
      case 'trueValue':
      case 'falseValue':
        // A flag such as `complete` may be either a number or a truth value.
        text = token.name === 'trueValue' ? 'true' : 'false';
        return endValue();
      default:
      // null and white space: a field that is null counts as absent.
    }
  }

  return {
    read(piece) {
      // Nearly all of a long reply is plain base64. Without a quote or an escape there is nothing to
      // parse; skipping the parser halves the time and avoids most of the garbage.
      if (
        audio === 'open' &&
        !tail.includes('\\') &&
        !piece.includes('"') &&
        !piece.includes('\\')
      ) {
        return piece;
      }
      tail = (tail + piece).slice(-LONGEST_ESCAPE);
      base64 = [];
      const tokens = tokenize(piece);
      if (isMany(tokens)) for (const token of getManyValues(tokens)) take(token);
      return base64.join('');
    },
    codes: () => codes,
    field: (name) => fields.get(`data.${name}`) ?? fields.get(name) ?? null,
    audio: () => audio,
    isComplete: () => complete,
  };
}

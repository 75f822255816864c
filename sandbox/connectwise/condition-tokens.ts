import { apiError } from './api-error.ts';

/** One lexical element of a condition. `word` covers names, keywords, `true`, `false` and `null`. */
export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'date'; readonly epochMs: number }
  | { readonly kind: 'symbol'; readonly text: string };

/**
 * The lexical grammar: quoted strings (either quote, escaped by a backslash), dates in brackets, numbers,
 * names whose parts are joined by a slash, and symbols. The flag `y` (sticky) keeps it from skipping characters.
 */
const TOKEN =
  /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\[([^\]]*)\]|(-?\d+(?:\.\d+)?)(?![\w/])|([A-Za-z_][\w/]*)|(!=|<=|>=|[=<>(),]))/y;

/** Splits a condition into tokens. Throws a 400 in ConnectWise's shape for anything that is not a token. */
export function tokenize(condition: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN.source, TOKEN.flags);
  const end = condition.trimEnd().length;
  while (pattern.lastIndex < end) {
    const position = pattern.lastIndex;
    const match = pattern.exec(condition);
    if (match === null) {
      throw apiError(
        400,
        'ApiFindCondition',
        `The condition cannot be read at position ${String(position + 1)}.`,
      );
    }
    tokens.push(toToken(match));
  }
  return tokens;
}

function toToken(match: RegExpExecArray): Token {
  const [, double, single, date, number, word, symbol] = match;
  const text = double ?? single;
  if (text !== undefined) {
    return { kind: 'string', text: text.replaceAll(/\\(.)/gs, '$1') };
  }
  if (date !== undefined) {
    return { kind: 'date', epochMs: toEpochMs(date) };
  }
  if (number !== undefined) {
    return { kind: 'number', value: Number(number) };
  }
  return word === undefined ? { kind: 'symbol', text: symbol ?? '' } : { kind: 'word', text: word };
}

function toEpochMs(date: string): number {
  const epochMs = Date.parse(date.trim());
  if (Number.isNaN(epochMs)) {
    throw apiError(400, 'ApiFindCondition', 'A date in the condition cannot be read.');
  }
  return epochMs;
}

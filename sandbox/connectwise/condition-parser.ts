import { apiError, type ApiError } from './api-error.ts';
import { tokenize, type Token } from './condition-tokens.ts';

export type Literal = string | number | boolean | null | { readonly epochMs: number };
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'like' | 'contains' | 'in';

/** A parsed condition. `field` is the name as written, its parts joined by a slash. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: Operator;
      readonly values: readonly Literal[];
    };

const SYMBOL_OPERATORS: readonly Operator[] = ['=', '!=', '<', '<=', '>', '>='];
const WORD_OPERATORS: readonly Operator[] = ['like', 'contains', 'in'];

/** Keywords, which cannot be field names: `not and` must not be read as a field. */
const RESERVED = new Set(['and', 'or', 'not', 'like', 'contains', 'in', 'true', 'false', 'null']);

type Cursor = { readonly tokens: readonly Token[]; position: number };

/**
 * Parses the part of ConnectWise's condition grammar that this project sends, and a little more:
 * `= != < <= > >= like contains in`, `not`, `and`, `or`, brackets. `and` binds tighter than `or`, as in SQL
 * (the documentation does not say). Throws a 400 in ConnectWise's shape for anything else.
 */
export function parseCondition(text: string): Condition {
  const cursor: Cursor = { tokens: tokenize(text), position: 0 };
  const condition = parseOr(cursor);
  if (cursor.position < cursor.tokens.length) {
    throw syntaxError(cursor);
  }
  return condition;
}

function parseOr(cursor: Cursor): Condition {
  const parts = [parseAnd(cursor)];
  while (takeWord(cursor, 'or')) {
    parts.push(parseAnd(cursor));
  }
  return join('or', parts);
}

function parseAnd(cursor: Cursor): Condition {
  const parts = [parseUnary(cursor)];
  while (takeWord(cursor, 'and')) {
    parts.push(parseUnary(cursor));
  }
  return join('and', parts);
}

function join(kind: 'and' | 'or', parts: readonly Condition[]): Condition {
  const [only, ...others] = parts;
  return only !== undefined && others.length === 0 ? only : { kind, parts };
}

function parseUnary(cursor: Cursor): Condition {
  if (takeWord(cursor, 'not')) {
    return { kind: 'not', part: parseUnary(cursor) };
  }
  if (takeSymbol(cursor, '(')) {
    const inner = parseOr(cursor);
    expectSymbol(cursor, ')');
    return inner;
  }
  return parseComparison(cursor);
}

function parseComparison(cursor: Cursor): Condition {
  const field = cursor.tokens[cursor.position];
  if (field?.kind !== 'word' || RESERVED.has(field.text.toLowerCase())) {
    throw syntaxError(cursor);
  }
  cursor.position += 1;
  const negated = takeWord(cursor, 'not');
  const operator = parseOperator(cursor, negated);
  const values = operator === 'in' ? parseList(cursor) : [parseLiteral(cursor)];
  const comparison: Condition = { kind: 'compare', field: field.text, operator, values };
  return negated ? { kind: 'not', part: comparison } : comparison;
}

function parseOperator(cursor: Cursor, negated: boolean): Operator {
  const word = WORD_OPERATORS.find((name) => takeWord(cursor, name));
  const operator =
    word ?? (negated ? undefined : SYMBOL_OPERATORS.find((name) => takeSymbol(cursor, name)));
  if (operator === undefined) {
    throw syntaxError(cursor);
  }
  return operator;
}

function parseList(cursor: Cursor): Literal[] {
  expectSymbol(cursor, '(');
  const values = [parseLiteral(cursor)];
  while (takeSymbol(cursor, ',')) {
    values.push(parseLiteral(cursor));
  }
  expectSymbol(cursor, ')');
  return values;
}

function parseLiteral(cursor: Cursor): Literal {
  const token = cursor.tokens[cursor.position];
  const literal = token === undefined ? undefined : toLiteral(token);
  if (literal === undefined) {
    throw syntaxError(cursor);
  }
  cursor.position += 1;
  return literal;
}

function toLiteral(token: Token): Literal | undefined {
  switch (token.kind) {
    case 'string':
      return token.text;
    case 'number':
      return token.value;
    case 'date':
      return { epochMs: token.epochMs };
    case 'word': {
      const literals: Readonly<Record<string, boolean | null>> = {
        true: true,
        false: false,
        null: null,
      };
      return literals[token.text.toLowerCase()];
    }
    case 'symbol':
      return undefined;
    default:
      return token satisfies never;
  }
}

function takeWord(cursor: Cursor, word: string): boolean {
  const token = cursor.tokens[cursor.position];
  const taken = token?.kind === 'word' && token.text.toLowerCase() === word;
  cursor.position += taken ? 1 : 0;
  return taken;
}

function takeSymbol(cursor: Cursor, symbol: string): boolean {
  const token = cursor.tokens[cursor.position];
  const taken = token?.kind === 'symbol' && token.text === symbol;
  cursor.position += taken ? 1 : 0;
  return taken;
}

function expectSymbol(cursor: Cursor, symbol: string): void {
  if (!takeSymbol(cursor, symbol)) {
    throw syntaxError(cursor);
  }
}

function syntaxError(cursor: Cursor): ApiError {
  return cursor.position >= cursor.tokens.length
    ? apiError(400, 'ApiFindCondition', 'The condition ends too early.')
    : apiError(
        400,
        'ApiFindCondition',
        `The condition is not valid at its element ${String(cursor.position + 1)}.`,
      );
}

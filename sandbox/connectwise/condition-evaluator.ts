import type { Condition, Literal, Operator } from './condition-parser.ts';
import { readField, type JsonObject } from './fields.ts';

type Comparable = string | number | boolean;

/**
 * Whether a record fulfils a condition. The comparison of text ignores case (ConnectWise runs on SQL Server,
 * whose default collation does; its documentation does not say), and an absent value fulfils only `= null` and
 * the negated operators.
 */
export function fulfils(record: JsonObject, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => fulfils(record, part));
    case 'or':
      return condition.parts.some((part) => fulfils(record, part));
    case 'not':
      return !fulfils(record, condition.part);
    case 'compare':
      return compares(readField(record, condition.field), condition.operator, condition.values);
    default:
      return condition satisfies never;
  }
}

function compares(actual: unknown, operator: Operator, values: readonly Literal[]): boolean {
  if (operator === 'in') {
    return values.some((value) => isEqual(actual, value));
  }
  const [value] = values;
  if (value === undefined) {
    return false;
  }
  switch (operator) {
    case '=':
      return isEqual(actual, value);
    case '!=':
      return !isEqual(actual, value);
    case 'contains':
      return toText(actual)?.includes(toText(value) ?? '') ?? false;
    case 'like':
      return isLike(toText(actual), toText(value) ?? '');
    case '<':
    case '<=':
    case '>':
    case '>=':
      return isOrdered(actual, operator, value);
    default:
      return operator satisfies never;
  }
}

function isEqual(actual: unknown, expected: Literal): boolean {
  if (expected === null) {
    return actual === null || actual === undefined;
  }
  const [left, right] = toComparables(actual, expected);
  return left !== undefined && left === right;
}

function isOrdered(actual: unknown, operator: '<' | '<=' | '>' | '>=', expected: Literal): boolean {
  const [left, right] = toComparables(actual, expected);
  if (left === undefined || right === undefined) {
    return false;
  }
  const order = left < right ? -1 : Number(left > right);
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[operator];
}

/** Converts both sides to the type of the literal. A side that cannot be converted is undefined. */
function toComparables(
  actual: unknown,
  expected: Literal,
): [Comparable | undefined, Comparable | undefined] {
  if (typeof expected === 'object') {
    const epochMs = typeof actual === 'string' ? Date.parse(actual) : Number.NaN;
    return [Number.isNaN(epochMs) ? undefined : epochMs, expected?.epochMs];
  }
  if (typeof expected === 'string') {
    return [toText(actual), expected.toLowerCase()];
  }
  const isComparable = typeof actual === 'number' || typeof actual === 'boolean';
  return [isComparable && typeof actual === typeof expected ? actual : undefined, expected];
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).toLowerCase()
    : undefined;
}

/** `%` and `*` match any run of characters; every other character, `_` included, is literal. */
function isLike(actual: string | undefined, pattern: string): boolean {
  if (actual === undefined) {
    return false;
  }
  const [first = '', ...rest] = pattern.split(/[%*]+/);
  const last = rest.pop();
  if (last === undefined) {
    return actual === first;
  }
  let position = actual.startsWith(first) ? first.length : -1;
  for (const part of rest) {
    const found = position < 0 ? -1 : actual.indexOf(part, position);
    position = found < 0 ? -1 : found + part.length;
  }
  return position >= 0 && actual.length - last.length >= position && actual.endsWith(last);
}

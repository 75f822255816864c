import fc from 'fast-check';

import type { JsonSchema, OpenApiDocument } from '../../support/openapi.ts';

/** What people and machines have sent to services to see what happens. */
const HOSTILE_TEXTS = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '../..',
    '..%2f..%2fx',
    '%',
    '%zz',
    '%00',
    '%c0%ae',
    '\\..\\',
    '//',
    ';',
    ':',
    '*',
  ],
  ...[
    '\0',
    'a\0b',
    '\r\nX-Injected: 1',
    '\u001b[31m',
    '\u0085',
    '\ud800',
    'a\udfff',
    '\u202e',
    '\ufeff',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    'NaN',
    'true',
    '[object Object]',
  ],
  ...['-1', '0', '1e309', '9007199254740993', '0x10', '１２３', '٣', '1.5', ' 7', '+7'],
  ...[
    "' OR 1=1 --",
    '"; DROP TABLE "Call"; --',
    '$1',
    '%s%n',
    '${7*7}',
    '{{7*7}}',
    '<script>alert(1)</script>',
  ],
  ...[
    '2026-02-30',
    '0000-01-01',
    '-000001-01-01',
    '+275760-09-13',
    '9999-12-31T23:59:59.999999999Z',
  ],
  ...['2026-11-30T08:00:00+25:00', '2026-11-30T24:00:00Z', '1969-12-31', '2026-11-30T08:00:60Z'],
  ...[
    'a'.repeat(129),
    'x'.repeat(2_000),
    '𝔄'.repeat(300),
    'ß'.repeat(150),
    '1'.repeat(400),
    '('.repeat(500),
  ],
  ...['a & b | !c', '"unfinished', 'a:*', '<->', '\\', '\\x', 'und der die das'],
] as const;

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);

/** Any JSON, also what no schema here takes. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, -1, 0, 1e308, 2 ** 53, [], {}, [[]], { '': '' }, [null]),
);

/** Creates what makes values that a schema of this document permits. */
export function createValues({ components }: OpenApiDocument) {
  return function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
    const { $ref, anyOf, enum: values, type } = schema;
    if (typeof $ref === 'string') {
      return valueOf(components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
    }
    if (isSchemas(anyOf)) return fc.oneof(...anyOf.map(valueOf));
    if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
    const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
    const range = {
      ...(minimum === undefined ? {} : { min: minimum }),
      ...(maximum === undefined ? {} : { max: maximum }),
    };
    switch (type) {
      case 'integer':
        return fc.maxSafeInteger().chain(() => fc.integer({ min: 0, max: 2 ** 31 - 1, ...range }));
      case 'number':
        return fc.double({ noNaN: true, noDefaultInfinity: true, ...range });
      case 'boolean':
        return fc.boolean();
      case 'string':
        return textOf(schema);
      case 'object':
        return objectOf(schema, valueOf);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  };
}

function objectOf(
  { properties, required }: JsonSchema,
  valueOf: (schema: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties as Readonly<Record<string, JsonSchema>>);
  return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, valueOf(field)])), {
    requiredKeys: Array.isArray(required) ? required.map(String) : [],
    noNullPrototype: true,
  });
}

function textOf(schema: JsonSchema): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = 40 } = schema;
  if (format === 'uuid') return fc.uuid({ version: 4 });
  if (format === 'date-time') {
    return fc.date({ noInvalidDate: true, ...YEARS }).map((date) => date.toISOString());
  }
  if (format === 'date') {
    return fc
      .date({ noInvalidDate: true, ...YEARS })
      .map((date) => date.toISOString().slice(0, 10));
  }
  if (typeof pattern === 'string') {
    const exact = new RegExp(pattern, 'u');
    // fast-check makes no texts for what looks ahead; what it makes is checked instead.
    const made = new RegExp(pattern.replaceAll(/\(\?!.*?\)(?=\[)/g, ''), 'u');
    return fc
      .stringMatching(made, { maxLength: 60 })
      .filter((text) => exact.test(text) && text.length >= Number(minLength));
  }
  return fc
    .string({ unit: 'grapheme', minLength: Number(minLength), maxLength: Number(maxLength) })
    .filter((text) => Array.from(text).length <= Number(maxLength));
}

const YEARS = { min: new Date('1970-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z') };

function isSchemas(value: unknown): value is readonly JsonSchema[] {
  return Array.isArray(value);
}

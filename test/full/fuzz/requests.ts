import fc from 'fast-check';

import {
  routesOf,
  type DocumentedRoute,
  type JsonSchema,
  type OpenApiDocument,
} from '../../support/openapi.ts';
import { CONTENT_TYPES, KEYS_NOBODY_HAS, STRANGE_HEADERS } from './headers.ts';
import { createValues, hostileJson, hostileText } from './values.ts';

export type FuzzRequest = {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** The id of a delivery that is to be signed when it is sent; `null` for what is not signed. */
  readonly signWith: string | null;
  /** Everything in it is as the document says, and it brings a key that may do it. */
  readonly isValid: boolean;
};

/** Who sends requests, and what exists. */
export type Surroundings = {
  readonly keys: { readonly all: string; readonly some: readonly string[] };
  readonly hookSecret: string;
  /** Values of path parameters that lead somewhere, by name. */
  readonly known: Readonly<Record<string, readonly string[]>>;
};

type Part<T> = { readonly value: T; readonly isValid: boolean };

/** Requests built from a document, half of them as it says and half of them not. */
export function requestsOf(
  document: OpenApiDocument,
  surroundings: Surroundings,
): fc.Arbitrary<FuzzRequest> {
  const valueOf = createValues(document);
  const { keys, known, hookSecret } = surroundings;

  /** As the schema says, or (one time in `strange`) anything. */
  function partOf(schema: JsonSchema, strange: number): fc.Arbitrary<Part<unknown>> {
    return fc.oneof(
      {
        weight: strange - 1,
        arbitrary: valueOf(schema).map((value) => ({ value, isValid: true })),
      },
      { weight: 1, arbitrary: hostileJson.map((value) => ({ value, isValid: false })) },
    );
  }

  function pathOf({ path, operation }: DocumentedRoute): fc.Arbitrary<Part<string>> {
    const parameters = (operation.parameters ?? []).filter((each) => each.in === 'path');
    const values = parameters.map(({ name, schema }) => {
      const places = name === 'secret' ? [hookSecret] : (known[name] ?? []);
      return fc.oneof(
        ...(places.length === 0
          ? []
          : [
              {
                weight: 6,
                arbitrary: fc
                  .constantFrom(...places)
                  .map((text) => ({ text: encodeURIComponent(text), isValid: true })),
              },
            ]),
        {
          weight: 1,
          arbitrary: valueOf(schema).map((value) => ({
            text: encodeText(String(value)),
            isValid: name !== 'secret',
          })),
        },
        {
          weight: 1,
          arbitrary: hostileText.map((text) => ({ text: encodeText(text), isValid: false })),
        },
        {
          weight: 1,
          arbitrary: hostileText.map((text) => ({ text: barely(text), isValid: false })),
        },
      );
    });
    return fc.tuple(...values).map((filled) => ({
      value: filled.reduce(
        (filling, { text }, index) => filling.replace(`{${parameters[index]?.name}}`, () => text),
        path,
      ),
      isValid: filled.every(({ isValid }) => isValid),
    }));
  }

  function queryOf({ operation }: DocumentedRoute): fc.Arbitrary<Part<string>> {
    const parameters = (operation.parameters ?? []).filter((each) => each.in === 'query');
    const given = fc
      .subarray(parameters, { maxLength: Math.min(4, parameters.length) })
      .chain((chosen) =>
        fc.tuple(
          ...chosen.map(({ name, schema }) =>
            partOf(schema, 8).map(({ value, isValid }) => ({
              value: `${name}=${encodeText(typeof value === 'string' ? value : JSON.stringify(value))}`,
              isValid,
            })),
          ),
        ),
      );
    const strange = fc.oneof(
      { weight: 9, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: hostileText.map((text) => `&${barely(text)}=${barely(text)}`) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('&limit=1&limit=2', '&&=&', '&q[]=1', '&__proto__=1'),
      },
    );
    return fc.tuple(given, strange).map(([parts, extra]) => {
      const text = parts.map(({ value }) => value).join('&') + extra;
      return {
        value: text === '' ? '' : `?${text}`,
        isValid: extra === '' && parts.every(({ isValid }) => isValid),
      };
    });
  }

  type Body = { readonly type: string | null; readonly bytes: Buffer | null };

  function bodyOf({ operation }: DocumentedRoute): fc.Arbitrary<Part<Body>> {
    const { content = {}, required = false } = operation.requestBody ?? {};
    const nothing = fc.constant({ value: { type: null, bytes: null }, isValid: !required });
    const [[type, { schema }] = [null, { schema: {} }]] = Object.entries(content);
    const bytesAs = (bytes: Buffer, as: string | null, isValid: boolean): Part<Body> => ({
      value: { type: as, bytes },
      isValid,
    });
    const written = partOf(schema, 4).map(({ value, isValid }) =>
      bytesAs(Buffer.from(JSON.stringify(value) ?? ''), type, isValid && type !== null),
    );
    const withOneMore = fc
      .tuple(valueOf(schema), hostileText, hostileJson)
      .map(([value, name, more]) =>
        bytesAs(
          Buffer.from(JSON.stringify({ ...Object(value), [name]: more })),
          'application/json',
          false,
        ),
      );
    const broken = fc
      .oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc
          .constantFrom(
            ...[
              '{',
              '[',
              '"',
              '{"a":1,"a":2}',
              '{"__proto__":{"a":1}}',
              '\ufeff{}',
              'null',
              '1',
              '""',
            ],
            ...[
              '['.repeat(20_000),
              `{"reason":"${'x'.repeat(70_000)}"}`,
              '{"filter":{"status":["FAILED"]}}',
            ],
          )
          .map((text) => Buffer.from(text)),
      )
      .map((bytes) => bytesAs(bytes, 'application/json', false));
    const otherType = fc
      .tuple(fc.constantFrom(...CONTENT_TYPES), valueOf(schema))
      .map(([as, value]) => bytesAs(Buffer.from(JSON.stringify(value) ?? ''), as, false));
    return fc.oneof(
      { weight: type === null ? 20 : 2, arbitrary: nothing },
      { weight: type === null ? 1 : 12, arbitrary: written },
      { weight: 1, arbitrary: withOneMore },
      { weight: 1, arbitrary: broken },
      { weight: 1, arbitrary: otherType },
    );
  }

  const key = fc.oneof(
    { weight: 16, arbitrary: fc.constant({ value: `Bearer ${keys.all}`, isValid: true }) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(...keys.some.map((each) => `Bearer ${each}`), ...KEYS_NOBODY_HAS)
        .map((value) => ({ value, isValid: false })),
    },
  );
  const strange = fc.oneof(
    { weight: 14, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constantFrom(...STRANGE_HEADERS) },
  );
  const otherMethod = fc.oneof(
    { weight: 20, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('PUT', 'PATCH', 'OPTIONS', 'TRACE', 'DELETE', 'PROPFIND'),
    },
  );

  return fc
    .constantFrom(...routesOf(document))
    .chain((route) =>
      fc.record({
        route: fc.constant(route),
        path: pathOf(route),
        query: queryOf(route),
        body: bodyOf(route),
        key,
        strange,
        otherMethod,
        id: fc.uuid(),
        isSigned: fc.boolean(),
      }),
    )
    .map(({ route, path, query, body, otherMethod: other, ...rest }) => {
      const { type, bytes } = body.value;
      const isHook = route.path === '/hooks/phone-system';
      return {
        method: other ?? route.method,
        target: path.value + query.value,
        headers: {
          authorization: rest.key.value,
          ...(type === null ? {} : { 'content-type': type }),
          ...rest.strange,
        },
        body: bytes,
        signWith: isHook && rest.isSigned ? rest.id : null,
        isValid:
          [path, query, body, rest.key].every(({ isValid }) => isValid) &&
          other === null &&
          Object.keys(rest.strange).length === 0 &&
          (!isHook || rest.isSigned),
      };
    });
}

/** As a client writes a text into an address; halves of characters as what UTF-8 has not. */
function encodeText(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80';
}

/** Only so much encoded that an HTTP client sends it. */
function barely(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]|[?#]/gu, (character) => encodeText(character));
}

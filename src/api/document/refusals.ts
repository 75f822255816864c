import type { z } from 'zod';

import { ERROR_CODES, type ErrorCode } from '../../domain/error-codes.ts';
import type { Requirement } from '../access/scopes.ts';
import { isProbe } from '../access/paths.ts';
import { toHttpStatus } from '../http-status.ts';
import { PROBLEM_TYPE, problemReply } from '../problem.ts';

type Route = {
  readonly method: string;
  readonly pattern: string;
  readonly requirement: Requirement;
  /** Why this route in particular refuses requests. */
  readonly refusals: readonly ErrorCode[];
};

type Refusal = {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
  readonly headers?: Readonly<Record<string, object>>;
};

/** By status, as JSON Schemas. */
const HEADERS: Readonly<Record<number, Readonly<Record<string, object>>>> = {
  401: { 'WWW-Authenticate': { type: 'string', description: 'How to prove who one is.' } },
  429: {
    'Retry-After': {
      type: 'integer',
      description: 'After how many seconds to try again, if waiting helps.',
    },
  },
  503: {
    'Retry-After': { type: 'integer', description: 'After how many seconds to try again.' },
  },
};

/** What becomes of a request that is no proper HTTP, or that arrives too slowly, on any route. */
const MALFORMED: Readonly<Record<number, string>> = {
  400: 'INVALID_INPUT: the request is malformed, as the detail says.',
  408: 'INVALID_INPUT: the request did not arrive completely in time.',
  414: 'INVALID_INPUT: the address is too long.',
  417: 'INVALID_INPUT: the request expects something that is not offered.',
  431: 'INVALID_INPUT: the headers are too large.',
};

const MALFORMED_BODY: Readonly<Record<number, string>> = {
  413: 'INVALID_INPUT: the body is larger than 64 KiB.',
  415: 'INVALID_INPUT: the body is of a type that is not taken.',
};

/** Every status with which a route may refuse a request, and the codes behind it. */
export function refusalsOf(route: Route): Readonly<Record<number, Refusal>> {
  const texts = new Map<number, string[]>();
  const add = (status: number, text: string) =>
    texts.set(status, [...(texts.get(status) ?? []), text]);
  const malformed = { ...MALFORMED, ...(route.method === 'GET' ? {} : MALFORMED_BODY) };
  for (const [status, text] of Object.entries(malformed)) add(Number(status), text);
  for (const code of new Set([...ofAccess(route), ...route.refusals])) {
    if (code !== 'INVALID_INPUT') add(toHttpStatus(code), `${code}: ${ERROR_CODES[code].meaning}`);
  }
  return Object.fromEntries(
    [...texts].map(([status, lines]) => [
      status,
      {
        description: lines.join('\n\n'),
        ...(HEADERS[status] === undefined ? {} : { headers: HEADERS[status] }),
        content: { [PROBLEM_TYPE]: { schema: problemReply } },
      },
    ]),
  );
}

/** Why a request is refused before its route is asked. */
function ofAccess({ method, pattern, requirement }: Route): ErrorCode[] {
  return [
    'ORIGIN_FOREIGN',
    // Who asks whether the gateway is alive may use any name, and is answered however busy it is.
    ...(isProbe(pattern) ? [] : (['HOST_NOT_SERVED', 'GATEWAY_OVERLOADED'] as const)),
    ...(requirement === 'no key' ? [] : (['KEY_REFUSED', 'LIMIT_REACHED'] as const)),
    ...(requirement === 'no key' || method === 'GET' ? [] : (['TOKEN_MISSING'] as const)),
    ...(requirement === 'no key' || requirement === 'any key' ? [] : (['SCOPE_MISSING'] as const)),
  ];
}

import assert from 'node:assert/strict';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

import { routesOf, type OpenApiDocument, type Operation } from '../../support/openapi.ts';

export type FuzzReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
};

/** How a request may be refused that leads to no route, or that is no proper HTTP. */
const WITHOUT_ROUTE = [400, 401, 403, 404, 408, 413, 414, 415, 417, 421, 429, 431];

/** Its body is the key, which here is made up. */
const SIGN_IN = 'signIn';

/** Lines of a stack, and places in our files or those of packages. */
const INSIDES =
  /\n\s+at |node_modules|file:\/\/|\.[cm]?[jt]s:\d|\/(?:work|root|home|usr|tmp)\/|node:internal|prisma\.|SELECT |ECONN|FST_/;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Why a request is refused although it is as the document's schemas say: what it says in words. */
const SAID_IN_WORDS =
  /six or more digits|control characters|later than from|earlier than to|from 1970|nextCursor|another filter|is not JSON|recordgroup|recordid/;

/** Creates what judges replies by a document; throws an AssertionError for a reply outside of it. */
export function createJudge(document: OpenApiDocument, secrets: readonly string[]) {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajvFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const routes = routesOf(document).map(({ method, path, operation }) => ({
    method,
    path,
    operation,
    // What is written out goes before what is a parameter.
    parameters: path.split('{').length,
    matches: new RegExp(
      `^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}$`,
    ),
  }));
  const validators = new Map<string, ValidateFunction>();
  const requestIds = new Set<string>();
  const seen = new Map<string, Set<number>>();

  function validatorOf(path: string, method: string, status: string, type: string) {
    const place = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      status,
      'content',
      type,
      'schema',
    ];
    const pointer = place
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const known = validators.get(pointer) ?? ajv.compile({ $ref: `document#/${pointer}` });
    validators.set(pointer, known);
    return known;
  }

  const problem = ajv.compile({ $ref: 'document#/components/schemas/Problem' });

  function routeOf(method: string, target: string) {
    const path = target.split('?', 1)[0]?.replace(/(?<=^\/docs)\/$/, '') ?? '';
    return routes
      .filter((route) => route.method === method && route.matches.test(path))
      .toSorted((a, b) => a.parameters - b.parameters)[0];
  }

  /** Judges what holds for every answer, whatever was sent. */
  function judgeAny({ status, headers, body }: FuzzReply): void {
    assert.doesNotMatch(body, INSIDES);
    for (const secret of secrets) assert.ok(!body.includes(secret), 'a secret is in the reply');
    // What a probe is told is no problem of its request.
    if (status < 400 || body.startsWith('{"status":"notReady"')) return;
    assert.match(String(headers['content-type']), /^application\/problem\+json/);
    const said: unknown = JSON.parse(body);
    assert.ok(problem(said), JSON.stringify(problem.errors));
    const { requestId, status: saidStatus } = said as { requestId: string; status: number };
    assert.equal(saidStatus, status);
    assert.match(requestId, UUID);
    assert.ok(!requestIds.has(requestId), 'a request id twice');
    requestIds.add(requestId);
  }

  return {
    /** Which statuses each route has answered, by its name in the document. */
    seen,
    judgeAny,
    /** Judges the answer to a request that a client sent. */
    judge(
      { method, target, isValid }: { method: string; target: string; isValid: boolean },
      reply: FuzzReply,
    ): void {
      judgeAny(reply);
      const { status, headers, body } = reply;
      assert.match(String(headers['cache-control']), /^(?:private, )?no-store$/);
      const route = routeOf(method, target);
      if (route === undefined) {
        assert.ok(WITHOUT_ROUTE.includes(status), `${status} without a route`);
        return;
      }
      const { operationId, responses }: Operation = route.operation;
      seen.set(operationId, (seen.get(operationId) ?? new Set()).add(status));
      const documented = responses[status];
      assert.ok(documented, `${operationId} answers ${status}, which the document does not have`);
      const [type = ''] = String(headers['content-type']).split(';');
      assert.ok(documented.content[type], `${operationId} answers ${status} as ${type}`);
      for (const name of Object.keys(documented.headers ?? {})) {
        if (status !== 429) assert.ok(headers[name.toLowerCase()], `${operationId}: no ${name}`);
      }
      const validate = validatorOf(route.path, method, String(status), type);
      assert.ok(
        validate(/json/.test(type) ? JSON.parse(body) : body),
        `${operationId} ${status}: ${JSON.stringify(validate.errors)}`,
      );
      if (isValid && status === 400) assert.match(body, SAID_IN_WORDS);
      const refusals = operationId === SIGN_IN ? [403, 413, 415] : [401, 403, 413, 415];
      if (isValid) assert.ok(!refusals.includes(status), `${operationId}: ${status}`);
    },
  };
}

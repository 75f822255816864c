// The document says of each route what it takes, what it answers and who may ask; and the routes are as it says.
import assert from 'node:assert/strict';

import { Validator } from '@seriousme/openapi-schema-validator';
import type { RouteOptions } from 'fastify';
import { z } from 'zod';

import { requirementOf } from '../../src/api/access/scopes.ts';
import { logReply } from '../../src/api/schemas.ts';
import { makeKey } from '../support/api-keys.ts';
import { buildTestApi, type TestApi } from '../support/in-process-api.ts';
import { askRaw } from '../support/raw-request.ts';
import { routesOf, type JsonSchema, type OpenApiDocument } from '../support/openapi.ts';

type Registered = {
  readonly name: string;
  readonly method: string;
  readonly pattern: string;
  readonly schema: RouteOptions['schema'];
};

const reader = makeKey('reader', 'calls:read');

/** What a browser loads for the page: of the package that has them, and nothing of ours. */
const PART_OF_PAGE = /^\/docs\/./;

/** Probes, pages and hooks, whose senders add parameters of their own. */
const TAKES_ANY_QUERY = /^\/(?:healthz|readyz|metrics|openapi\.json|docs|hooks\/.*)$/;

const HOW_TO = `To describe a route, spread about({ … }) of src/api/document/about.ts into its schema, give the schema of each
answer in response, and give querystring: noQuery (src/api/closed-query.ts) if it has no parameters.`;

describe('the OpenAPI document', () => {
  const registered: Registered[] = [];
  let api: TestApi;
  let url: string;
  let document: OpenApiDocument;

  before(async () => {
    api = buildTestApi({ env: { API_KEYS: reader.entry } });
    api.app.addHook('onRoute', ({ method, url: pattern, schema }) => {
      for (const each of [method].flat()) {
        registered.push({ name: `${each} ${braced(pattern)}`, method: each, pattern, schema });
      }
    });
    api.app.get('/planted', { schema: { response: { 200: logReply } } }, () => ({
      entries: [],
      forgotten: true,
    }));
    url = await api.app.listen({ host: '127.0.0.1', port: 0 });
    document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  });
  after(() => api.close());

  /** The routes that the document has to have. */
  function ours(): Registered[] {
    return registered.filter(
      ({ method, pattern }) =>
        !['HEAD', 'OPTIONS'].includes(method) &&
        !PART_OF_PAGE.test(pattern) &&
        !['/docs/', '/planted'].includes(pattern),
    );
  }

  it('has every route, and no other', () => {
    const names = ours().map(({ name }) => name);
    const documented = routesOf(document).map(({ method, path }) => `${method} ${path}`);
    const difference = {
      'not in the document': names.filter((name) => !documented.includes(name)),
      'not a route': documented.filter((name) => !names.includes(name)),
    };
    assert.deepEqual(difference, { 'not in the document': [], 'not a route': [] }, HOW_TO);
    assert.ok(names.length > 15);
  });

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    assert.ok(valid, JSON.stringify(errors));
    assert.match(document.openapi, /^3\.1\./);
  });

  it('says of every route what it does, and under which name', () => {
    const routes = routesOf(document);
    const tags = document.tags.map(({ name }) => name);
    for (const { path, operation } of routes) {
      const { operationId, summary, description } = operation;
      assert.match(operationId, /^[a-z]+[A-Z]\w+$/, path);
      assert.ok(summary.length > 5 && description.length > summary.length + 20, path);
      assert.equal(operation.tags.length, 1, path);
      assert.ok(tags.includes(operation.tags[0] ?? ''), path);
    }
    const names = new Set(routes.map(({ operation }) => operation.operationId));
    assert.equal(names.size, routes.length, 'a name stands for two routes');
  });

  it('says who may, as the gateway decides it', () => {
    for (const { name, method, pattern } of ours()) {
      const { security, description } = find(name);
      const requirement = requirementOf(method, pattern);
      const schemes = security.flatMap((each) => Object.entries(each));
      if (requirement === 'no key') {
        assert.ok(
          schemes.every(([scheme]) => scheme === 'signature'),
          name,
        );
      } else {
        assert.deepEqual(schemes, [['key', [requirement]]], name);
        assert.ok(description.includes(`\`${requirement}\``), name);
      }
    }
  });

  it('has an answer for success, and a problem document for every refusal', () => {
    for (const { method, path, operation } of routesOf(document)) {
      const statuses = Object.keys(operation.responses).map(Number);
      assert.ok(
        statuses.some((status) => status >= 200 && status < 300),
        `${method} ${path}`,
      );
      assert.ok(!statuses.includes(500), `${method} ${path}`);
      for (const [status, { content, description }] of Object.entries(operation.responses)) {
        assert.ok(description.length > 5, `${method} ${path} ${status}`);
        // A probe reads the status alone, and a person the reasons beside it.
        if (Number(status) < 400 || path === '/readyz') continue;
        assert.deepEqual(
          content,
          { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          `${method} ${path} ${status}`,
        );
      }
    }
  });

  it('is of routes that take nothing but what they name', () => {
    for (const { name, pattern, schema } of ours()) {
      const { params, querystring, body } = schema ?? {};
      if (!TAKES_ANY_QUERY.test(pattern)) {
        assert.ok(querystring !== undefined, `${name} takes any query.\n${HOW_TO}`);
      }
      if (pattern.includes(':')) assert.ok(params !== undefined, `${name} takes any parameter.`);
      for (const part of [params, querystring, pattern.startsWith('/hooks/') ? undefined : body]) {
        if (part === undefined) continue;
        assert.deepEqual(openObjectsOf(part), [], `${name} takes more: use z.strictObject.`);
      }
    }
  });

  it('is of routes whose answers cannot lose a field on their way', async () => {
    for (const { name, pattern, schema } of ours()) {
      // The document itself is as open as OpenAPI is.
      if (pattern === '/openapi.json') continue;
      const answers = Object.values(Object(schema?.response)).filter(
        (answer) => answer instanceof z.ZodType,
      );
      for (const answer of answers) {
        assert.deepEqual(
          openObjectsOf(answer),
          [],
          `${name} would leave out fields that its schema lacks: use z.strictObject.`,
        );
      }
    }
    const reply = await fetch(`${url}/planted`, {
      headers: { authorization: `Bearer ${reader.key}` },
    });
    assert.equal(reply.status, 500);
    assert.equal(((await reply.json()) as { code: string }).code, 'INTERNAL_ERROR');
  });

  it('refuses a parameter that a route does not have', async () => {
    const reply = await fetch(`${url}/calls/1.1?verbose=1`, {
      headers: { authorization: `Bearer ${reader.key}` },
    });
    assert.equal(reply.status, 400);
    assert.match(((await reply.json()) as { detail: string }).detail, /verbose/);
  });

  describe('needs no key', () => {
    it('for programs', async () => {
      const reply = await fetch(`${url}/openapi.json`);
      assert.equal(reply.status, 200);
      assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
    });

    it('as a page, which loads nothing from elsewhere and may run nothing else', async () => {
      const reply = await fetch(`${url}/docs`);
      assert.equal(reply.status, 200);
      const policy = reply.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'; script-src 'self';/);
      assert.match(policy, /frame-ancestors 'none'/);
      const html = await reply.text();
      assert.doesNotMatch(html, /https?:\/\/|<script>|<style/);
      const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => part ?? '');
      assert.ok(parts.length >= 5);
      for (const part of parts) assert.equal((await fetch(`${url}${part}`)).status, 200, part);
      const script = await (await fetch(`${url}/docs/static/swagger-initializer.js`)).text();
      assert.match(script, /validatorUrl: null/);
    });

    it('as a page to which a page of another site links, but no other page may read it', async () => {
      const from = (...headers: string[]) =>
        askRaw(Number(new URL(url).port), [
          'GET /docs HTTP/1.1',
          'Host: localhost',
          'Sec-Fetch-Site: cross-site',
          ...headers,
        ]);
      const link = await from('Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document');
      assert.equal(link.status, 200);
      assert.equal((await from('Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty')).status, 403);
    });
  });

  function find(name: string) {
    const found = routesOf(document).find(({ method, path }) => `${method} ${path}` === name);
    assert.ok(found, `${name} is not in the document.\n${HOW_TO}`);
    return found.operation;
  }
});

function braced(pattern: string): string {
  return pattern.replaceAll(/:(\w+)/g, '{$1}');
}

/** Where in a schema objects may have fields that it does not name. */
function openObjectsOf(schema: unknown): string[] {
  assert.ok(schema instanceof z.ZodType);
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const open: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { properties, additionalProperties } = value as JsonSchema;
    if (typeof properties === 'object' && additionalProperties !== false) open.push(path || 'root');
    for (const [name, part] of Object.entries(value)) visit(part, `${path}/${name}`);
  };
  visit(json, '');
  return open;
}

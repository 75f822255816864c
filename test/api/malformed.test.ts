// What is no proper HTTP, or leads nowhere, is answered like everything else: with a problem document of its own
// request id, which tells nothing of the gateway and stays in no cache.
import assert from 'node:assert/strict';

import { buildTestApi, type TestApi } from '../support/in-process-api.ts';
import { askRaw } from '../support/raw-request.ts';

const HOST = 'Host: localhost';
const JSON_TYPE = 'Content-Type: application/json';

type Case = { readonly lines: readonly string[]; readonly body?: string };

const CASES: Readonly<Record<string, readonly [status: number, Case]>> = {
  'what is not HTTP': [400, { lines: ['nonsense'] }],
  'a request without a Host': [400, { lines: ['GET /healthz HTTP/1.1'] }],
  'an address that is not well formed': [400, { lines: ['GET /calls/%zz HTTP/1.1', HOST] }],
  'a body of two lengths': [
    400,
    { lines: ['POST /calls HTTP/1.1', HOST, 'Content-Length: 1', 'Transfer-Encoding: chunked'] },
  ],
  'a body that is too large': [
    413,
    { lines: ['POST /calls HTTP/1.1', HOST, JSON_TYPE], body: 'x'.repeat(65_537) },
  ],
  'an address with a part that is too long': [
    414,
    { lines: [`GET /calls/${'1'.repeat(400)} HTTP/1.1`, HOST] },
  ],
  'a body of another type': [
    415,
    { lines: ['POST /calls HTTP/1.1', HOST, 'Content-Type: text/plain'], body: 'x' },
  ],
  'an expectation that is not met': [
    417,
    { lines: ['GET /healthz HTTP/1.1', HOST, 'Expect: a-miracle'] },
  ],
  'a host that is not ours': [421, { lines: ['GET /calls HTTP/1.1', 'Host: evil.example'] }],
  'headers that are too large': [
    431,
    { lines: ['GET /calls HTTP/1.1', HOST, `X: ${'a'.repeat(20_000)}`] },
  ],
};

describe('the gateway answers', () => {
  let api: TestApi;
  let port: number;

  before(async () => {
    api = buildTestApi();
    port = Number(new URL(await api.app.listen({ host: '127.0.0.1', port: 0 })).port);
  });
  after(() => api.close());

  for (const [what, [status, { lines, body }]] of Object.entries(CASES)) {
    it(`${what} with a problem document (${status})`, async () => {
      const replies = [await askRaw(port, lines, body), await askRaw(port, lines, body)];
      const ids = replies.map((reply) => {
        assert.equal(reply.status, status, `${reply.head}\n${reply.body}`);
        assert.match(reply.head, /content-type: application\/problem\+json/);
        assert.match(reply.head, /cache-control: no-store/);
        assert.doesNotMatch(reply.body, /%zz|1{400}|node:|\.ts:/);
        const problem = JSON.parse(reply.body) as Readonly<Record<string, unknown>>;
        assert.equal(problem['status'], status);
        assert.match(String(problem['requestId']), /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        return problem['requestId'];
      });
      assert.notEqual(ids[0], ids[1]);
    });
  }
});

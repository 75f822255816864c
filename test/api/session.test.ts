// Whoever signs in with a key may do in a browser what the key may, and nobody else may do it with their browser.
import assert from 'node:assert/strict';

import { createSessions } from '../../src/api/access/sessions.ts';
import { parseApiKey, type ApiKey } from '../../src/domain/api-key.ts';
import { makeKey, type TestKey } from '../support/api-keys.ts';
import { buildTestApi, type TestApi } from '../support/in-process-api.ts';
import { askRaw, type RawReply } from '../support/raw-request.ts';

const all = makeKey('all', 'calls:read', 'calls:start', 'calls:reprocess', 'admin');
const reader = makeKey('reader', 'calls:read');
const API_KEYS = `${all.entry},${reader.entry}`;

const HOUR_MS = 3_600_000;
const FROM_OUR_PAGE = ['Sec-Fetch-Site: same-origin'];

describe('a session', () => {
  let api: TestApi;
  let port: number;

  before(async () => {
    // Its database and Temporal are away: what is let in is answered with 503.
    api = buildTestApi({ env: { API_KEYS, FAILED_KEYS_PER_MINUTE: '2' } });
    port = Number(new URL(await api.app.listen({ host: '127.0.0.1', port: 0 })).port);
  });
  after(() => api.close());

  const ask = (line: string, headers: readonly string[] = [], body = ''): Promise<RawReply> =>
    askRaw(
      port,
      [`${line} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', ...headers],
      body,
    );

  /** Signs in by a client that leaves letters as they are. */
  async function cookieOf(key: string): Promise<string> {
    const reply = await api.app.inject({
      method: 'POST',
      url: '/session',
      headers: { host: 'localhost' },
      payload: { key },
    });
    return String(reply.headers['set-cookie']).split(';')[0] ?? '';
  }

  const tokenOf = async (cookie: string): Promise<string> => {
    const reply = await ask('GET /session', [`Cookie: ${cookie}`]);
    return (JSON.parse(reply.body) as { token: string }).token;
  };

  it('begins with a cookie that no script and no other site can use, and that ends', async () => {
    const reply = await ask('POST /session', FROM_OUR_PAGE, JSON.stringify({ key: all.key }));
    const [line = ''] = /set-cookie: .*/.exec(reply.head) ?? [];
    assert.match(line, /^set-cookie: __host-console=[\w.-]+; max-age=43200; path=\/; /);
    for (const attribute of ['httponly', 'secure', 'samesite=strict']) {
      assert.match(line, new RegExp(`; ${attribute}(;|$)`));
    }
    assert.ok(!line.includes(all.key.toLowerCase()));
    const body = JSON.parse(reply.body) as Record<string, unknown>;
    assert.deepEqual(
      [body['name'], body['scopes']],
      ['all', ['calls:read', 'calls:start', 'calls:reprocess', 'admin']],
    );
  });

  it('permits what its key permits', async () => {
    const cookie = await cookieOf(reader.key);
    const token = await tokenOf(cookie);
    const headers = [`Cookie: ${cookie}`, `X-Session-Token: ${token}`, ...FROM_OUR_PAGE];
    assert.equal((await ask('GET /calls/1.1', headers)).status, 503);
    assert.equal((await ask('GET /metrics', headers)).status, 403);
    const refused = await ask('POST /calls/1.1/reprocess', headers, '{}');
    assert.deepEqual([refused.status, codeOf(refused)], [403, 'SCOPE_MISSING']);
  });

  it('changes something only with its token, and only from a page of ours', async () => {
    const cookie = await cookieOf(all.key);
    const token = await tokenOf(cookie);
    const other = await tokenOf(await cookieOf(all.key));
    const post = (...headers: string[]) =>
      ask('POST /calls/1.1/reprocess', [`Cookie: ${cookie}`, ...headers], '{}');
    const answers = await Promise.all([
      post(`X-Session-Token: ${token}`, ...FROM_OUR_PAGE),
      post(`X-Session-Token: ${token}`, `Origin: http://localhost`),
      post(...FROM_OUR_PAGE),
      post(`X-Session-Token: ${other}`, ...FROM_OUR_PAGE),
      post(`X-Session-Token: ${token}`, `X-Session-Token: ${token}`, ...FROM_OUR_PAGE),
      post(`X-Session-Token: ${token}`),
      post(`X-Session-Token: ${token}`, 'Sec-Fetch-Site: cross-site'),
      post(`X-Session-Token: ${token}`, 'Sec-Fetch-Site: same-site'),
      post(`X-Session-Token: ${token}`, 'Origin: http://evil.example'),
    ]);
    const told = answers.map((reply) => `${reply.status} ${codeOf(reply)}`);
    assert.deepEqual(told, [
      '503 DATABASE_UNAVAILABLE',
      '503 DATABASE_UNAVAILABLE',
      ...Array.from({ length: 4 }, () => '403 TOKEN_MISSING'),
      ...Array.from({ length: 3 }, () => '403 ORIGIN_FOREIGN'),
    ]);
  });

  const key = parse(reader);
  const open = (entry: ApiKey, now: () => number = Date.now) =>
    pairOf(createSessions([entry], now).open(entry).cookie);
  const valid = open(key);
  const REFUSED: readonly (readonly [string, string])[] = [
    ['of twelve hours ago', open(key, () => Date.now() - 12 * HOUR_MS)],
    ['of a key that was removed', open(parse(makeKey('reader', 'calls:read')))],
    ['of a key that had more scopes', open({ ...key, scopes: ['calls:read', 'admin'] })],
    ['that another key has sealed', forge(open(key), open({ ...parse(all), name: 'reader' }))],
    ['with another name in it', forge(open({ ...key, name: 'all' }), valid)],
    ['without its seal', valid.replace(/\.[^.]*$/, '')],
    ['with a seal that is cut', valid.slice(0, -4)],
    ['that is empty', '__Host-console='],
    ['that is sent twice', `${valid}; ${valid}`],
    ['under another name', valid.replace('__Host-', '')],
  ];
  for (const [what, cookie] of REFUSED) {
    it(`is not begun by a cookie ${what}`, async () => {
      const session = await ask('GET /session', [`Cookie: ${cookie}`]);
      assert.deepEqual((JSON.parse(session.body) as { scopes: unknown }).scopes, []);
    });
  }

  it('is looked for only where there is no key', async () => {
    const cookie = await cookieOf(all.key);
    const reply = await ask('GET /metrics', [
      `Cookie: ${cookie}`,
      `Authorization: Bearer ${reader.key}`,
    ]);
    assert.equal(reply.status, 403);
  });

  it('shows an administrator how everything is', async () => {
    const cookie = await cookieOf(all.key);
    const details = async (...headers: string[]) =>
      'dependencies' in (JSON.parse((await ask('GET /readyz', headers)).body) as object);
    assert.deepEqual([await details(), await details(`Cookie: ${cookie}`)], [false, true]);
  });

  it('ends in the browser of whoever signs out, which needs the token', async () => {
    const cookie = await cookieOf(all.key);
    const token = await tokenOf(cookie);
    const out = (...headers: string[]) =>
      ask('DELETE /session', [`Cookie: ${cookie}`, ...FROM_OUR_PAGE, ...headers]);
    assert.equal((await out()).status, 403);
    const reply = await out(`X-Session-Token: ${token}`);
    assert.equal(reply.status, 200);
    assert.match(reply.head, /set-cookie: __host-console=; max-age=0; path=\/; httponly; secure/);
  });

  it('is not begun by a wrong key, which counts as one that was tried out', async () => {
    const wrong = JSON.stringify({ key: makeKey('all', 'calls:read').key });
    const statuses = [];
    for (let tried = 0; tried < 3; tried += 1) {
      statuses.push((await ask('POST /session', FROM_OUR_PAGE, wrong)).status);
    }
    assert.deepEqual(statuses, [401, 401, 429]);
    // An accepted key still works from the same address.
    const right = JSON.stringify({ key: all.key });
    assert.equal((await ask('POST /session', FROM_OUR_PAGE, right)).status, 200);
  });

  it('is not needed where there are no keys', async () => {
    const open = buildTestApi();
    try {
      const { body } = await open.app.inject({ url: '/session', headers: { host: 'localhost' } });
      const { name, scopes } = JSON.parse(body) as { name: unknown; scopes: readonly unknown[] };
      assert.deepEqual([name, scopes.length], [null, 4]);
    } finally {
      await open.close();
    }
  });
});

function parse({ entry }: TestKey): ApiKey {
  const key = parseApiKey(entry);
  assert.ok(key !== null);
  return key;
}

function pairOf(cookie: string): string {
  return cookie.split(';')[0] ?? '';
}

/** A cookie with the content of one and the seal of another. */
function forge(one: string, other: string): string {
  return `${one.split('.')[0]}.${other.split('.')[1]}`;
}

function codeOf({ body }: RawReply): string {
  return (JSON.parse(body) as { code: string }).code;
}

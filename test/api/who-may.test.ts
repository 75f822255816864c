// Whoever sends a request from a foreign page, to a foreign name or in a foreign form learns nothing and changes
// nothing. Everything goes over real sockets, because clients would not send most of it.
import assert from 'node:assert/strict';

import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { askRaw, type RawReply } from '../support/raw-request.ts';
import { addLongTranscript } from './long-answer.ts';

const JSON_TYPE = 'Content-Type: application/json';
const PUBLIC_URL = 'https://calls.example';

describe('requests from elsewhere', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let gateway: OwnGateway;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    await addLongTranscript(database, '1.1');
    gateway = await startOwnGateway(testDatabase.url, { PUBLIC_URL });
  });
  after(async () => {
    await gateway.remove();
    await database.close();
    await testDatabase.drop();
  });

  const ask = (line: string, headers: readonly string[] = [], body: string | Buffer = '') =>
    askRaw(gateway.port, [`${line} HTTP/1.1`, ...headers], body);
  const self = () => `Host: 127.0.0.1:${gateway.port}`;

  function assertRefused(reply: RawReply, status: number, code: string): void {
    assert.equal(reply.status, status, `${reply.head}\n${reply.body}`);
    assert.match(reply.head, /content-type: application\/problem\+json/);
    assert.equal((JSON.parse(reply.body) as { code: string }).code, code);
  }

  describe('the name that a request is sent to', () => {
    const OURS = ['localhost', 'LOCALHOST:3000', '127.0.0.1', '127.0.0.9:80', '[::1]:3000'];
    for (const host of [...OURS, 'calls.example', 'Calls.Example:443']) {
      it(`serves ${host}`, async () => {
        assert.equal((await ask('GET /calls/1.1/log', [`Host: ${host}`])).status, 200);
      });
    }

    const FOREIGN = [
      'evil.example',
      'localhost.evil.example',
      'calls.example.evil.example',
      'evil.example:3000',
      'calls.example@evil.example',
      '127.0.0.1.evil.example',
      '2130706433',
      '[::2]',
      '10.0.0.1',
      '',
    ];
    for (const host of FOREIGN) {
      it(`answers 421 to "${host}", whatever is asked`, async () => {
        for (const line of ['GET /calls/1.1', 'GET /calls/1.1/transcript', 'GET /nowhere']) {
          assertRefused(await ask(line, [`Host: ${host}`]), 421, 'HOST_NOT_SERVED');
        }
        const start = await ask('POST /calls', [`Host: ${host}`, JSON_TYPE], '{}');
        assertRefused(start, 421, 'HOST_NOT_SERVED');
      });
    }

    it('answers 421 to a second Host, to none, and to a target with a foreign host', async () => {
      const http10 = await askRaw(gateway.port, ['GET /calls/1.1 HTTP/1.0']);
      assertRefused(http10, 421, 'HOST_NOT_SERVED');
      const absolute = await ask('GET http://evil.example/calls/1.1', [self()]);
      assertRefused(absolute, 421, 'HOST_NOT_SERVED');
      const twice = await ask('GET /calls/1.1', [self(), 'Host: evil.example']);
      assert.ok([400, 421].includes(twice.status), String(twice.status));
    });

    it('does not believe what a proxy says in X-Forwarded-Host or Forwarded', async () => {
      const claims = ['X-Forwarded-Host: calls.example', 'Forwarded: host=calls.example'];
      const reply = await ask('GET /calls/1.1', ['Host: evil.example', ...claims]);
      assertRefused(reply, 421, 'HOST_NOT_SERVED');
    });

    it('answers the probes at any name, because orchestrators ask by address', async () => {
      assert.equal((await ask('GET /healthz', ['Host: 10.0.0.7:3000'])).status, 200);
      assert.equal((await ask('GET /metrics', ['Host: 10.0.0.7:3000'])).status, 200);
      const ready = await ask('GET /readyz?for=traffic', ['Host: 10.0.0.7:3000']);
      assert.deepEqual(JSON.parse(ready.body), { status: 'notReady' }, 'Temporal is away');
      const rebound = await ask('GET /readyz', ['Host: evil.example']);
      assert.doesNotMatch(rebound.body, /dependencies/, 'a page whose name leads here sees none');
      assert.match((await ask('GET /readyz', [self()])).body, /"dependencies":\[/);
      assert.equal((await ask('GET /healthz/../calls/1.1', ['Host: 10.0.0.7'])).status, 421);
    });
  });

  describe('the page that sends a request', () => {
    const FOREIGN: readonly (readonly [string, readonly string[]])[] = [
      ['another site', ['Origin: https://evil.example']],
      ['no origin to speak of', ['Origin: null']],
      ['another port of this machine', ['Origin: http://127.0.0.1:1']],
      ['the public name without TLS', ['Origin: http://calls.example']],
      ['the public name with another ending', ['Origin: https://calls.example.evil.example']],
      ['another site, as the browser says', ['Sec-Fetch-Site: cross-site']],
      ['a sister site', ['Sec-Fetch-Site: same-site', 'Origin: https://www.calls.example']],
    ];
    for (const [who, headers] of FOREIGN) {
      it(`answers 403 to ${who}, and reads and changes nothing`, async () => {
        for (const line of ['GET /calls/1.1', 'GET /calls/1.1/log', 'GET /healthz']) {
          assertRefused(await ask(line, [self(), ...headers]), 403, 'ORIGIN_FOREIGN');
        }
        for (const [line, body] of [
          ['POST /calls', '{"callRecordingId":"9.9","recordgroup":"1","recordid":"1"}'],
          ['POST /calls/1.1/reprocess', ''],
        ] as const) {
          const reply = await ask(line, [self(), JSON_TYPE, ...headers], body);
          assertRefused(reply, 403, 'ORIGIN_FOREIGN');
        }
      });
    }

    it('serves our own pages, what a person types, and clients that are no browsers', async () => {
      const own = `Origin: http://127.0.0.1:${gateway.port}`;
      for (const headers of [
        [own, 'Sec-Fetch-Site: same-origin'],
        [`Origin: ${PUBLIC_URL}`],
        ['Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate'],
        [],
      ]) {
        assert.equal((await ask('GET /calls/1.1/log', [self(), ...headers])).status, 200);
      }
      const atPublicName = ['Host: calls.example', `Origin: ${PUBLIC_URL}`];
      assert.equal((await ask('GET /calls/1.1/log', atPublicName)).status, 200);
    });

    it('lets a link lead to the console and the documentation, and to nothing else', async () => {
      const followed = [
        ...['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'],
      ];
      for (const page of ['/console', '/console/calls?a=b', '/docs', '/docs/']) {
        const reply = await ask(`GET ${page}`, [self(), ...followed]);
        assert.notEqual(reply.status, 403, page);
        const framed = followed.map((each) => each.replace('document', 'iframe'));
        assert.equal((await ask(`GET ${page}`, [self(), ...framed])).status, 403);
        assert.equal((await ask(`POST ${page}`, [self(), ...followed])).status, 403);
      }
      for (const path of ['/calls/1.1', '/docsx', '/consoles']) {
        const reply = await ask(`GET ${path}`, [self(), ...followed]);
        assertRefused(reply, 403, 'ORIGIN_FOREIGN');
      }
      // Dots lead out of no folder: such a path names nothing.
      const dots = await ask('GET /docs/../calls/1.1', [self(), ...followed]);
      assertRefused(dots, 404, 'NOT_FOUND');
    });

    it('gives no page leave to read an answer (CORS)', async () => {
      const preflight = await ask('OPTIONS /calls', [
        ...[self(), `Origin: http://127.0.0.1:${gateway.port}`],
        ...['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: content-type'],
      ]);
      assert.notEqual(preflight.status, 200);
      const read = await ask('GET /calls/1.1/log', [self(), `Origin: ${PUBLIC_URL}`]);
      for (const { head } of [preflight, read]) assert.doesNotMatch(head, /access-control-/);
    });
  });

  describe('the headers of an answer', () => {
    it('forbid to keep call data, to guess its type, to frame it and to run anything in it', async () => {
      for (const line of ['GET /calls/1.1/log', 'GET /nowhere']) {
        const { head } = await ask(line, [self()]);
        assert.match(head, /cache-control: no-store/);
        assert.match(head, /x-content-type-options: nosniff/);
        assert.match(head, /content-security-policy: default-src 'none';frame-ancestors 'none'/);
        assert.match(head, /x-frame-options: deny/);
        assert.match(head, /strict-transport-security: max-age=/);
        assert.match(head, /referrer-policy: no-referrer/);
        assert.match(head, /cross-origin-resource-policy: same-origin/);
        assert.doesNotMatch(head, /x-powered-by|^server:/m);
      }
    });
  });

  describe('the body of a request', () => {
    const VALID = '{"callRecordingId":"9.9","recordgroup":"1","recordid":"1"}';

    const TYPES = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain; application/json',
      'application/jsonx',
      'application/json, text/plain',
    ];
    for (const type of TYPES) {
      it(`is not read as ${type}`, async () => {
        for (const path of ['/calls', '/calls/1.1/reprocess']) {
          const reply = await ask(`POST ${path}`, [self(), `Content-Type: ${type}`], VALID);
          assertRefused(reply, 415, 'INVALID_INPUT');
        }
      });
    }

    it('is not read without a type', async () => {
      assertRefused(await ask('POST /calls', [self()], VALID), 415, 'INVALID_INPUT');
    });

    it('has at most 64 KiB', async () => {
      const filled = VALID.replace('{', `{${' '.repeat(64 * 1024 - VALID.length)}`);
      // Temporal is away, so this is as far as a request that is taken comes.
      assert.equal((await ask('POST /calls', [self(), JSON_TYPE], filled)).status, 503);
      const tooLarge = await ask('POST /calls', [self(), JSON_TYPE], `${filled} `);
      assertRefused(tooLarge, 413, 'INVALID_INPUT');
    });

    for (const [what, character] of [
      ['a NUL', '\\u0000'],
      ['an escape', '\\u001b'],
      ['a control character of the second range', '\\u0085'],
      ['half a character', '\\ud800'],
    ] as const) {
      it(`is refused with ${what} in any text, names of fields included`, async () => {
        for (const body of [
          `{"reason":"a${character}b"}`,
          `{"x${character}":1}`,
          `{"from":{"deep":[[{"reason":"${character}"}]]}}`,
        ]) {
          const reply = await ask('POST /calls/1.1/reprocess', [self(), JSON_TYPE], body);
          assertRefused(reply, 400, 'INVALID_INPUT');
          assert.match(reply.body, /control characters/);
        }
      });
    }

    it('is refused when it is not UTF-8, and when it is nested as deeply as it can be', async () => {
      const latin1 = Buffer.from('{"reason":"Gespr\u00e4ch"}', 'latin1');
      const headers = [self(), JSON_TYPE];
      assertRefused(await ask('POST /calls/1.1/reprocess', headers, latin1), 400, 'INVALID_INPUT');
      const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
      assertRefused(await ask('POST /calls', headers, deep), 400, 'INVALID_INPUT');
    });

    it('does not matter for a NUL in the path or in the query, which is refused too', async () => {
      for (const path of ['/calls/1.1%00', '/calls/1.1?q=%00', '/calls/1.1?q%00=1']) {
        assertRefused(await ask(`GET ${path}`, [self()]), 400, 'INVALID_INPUT');
      }
    });
  });
});

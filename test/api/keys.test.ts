// A gateway with keys answers nobody without one, tells nobody why a key is refused, and lets each key do only what
// it may.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { loadGatewayConfig } from '../../src/config.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { makeKey } from '../support/api-keys.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { lastWordsOf } from '../support/own-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { askRaw } from '../support/raw-request.ts';
import { startService } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { addLongTranscript } from './long-answer.ts';

const all = makeKey('all', 'calls:read', 'calls:start', 'calls:reprocess', 'admin');
const older = makeKey('rotated', 'calls:read');
const newer = makeKey('rotated', 'calls:read', 'calls:start');
const starter = makeKey('phone-adapter', 'calls:start');
const admin = makeKey('monitor', 'admin');
const removed = makeKey('removed', 'calls:read');
const API_KEYS = [all, older, newer, starter, admin].map(({ entry }) => entry).join(', ');

const VALID = '{"callRecordingId":"9.9","recordgroup":"1","recordid":"1"}';
const NO_BULK = '01a22c68-ed6b-7985-98b8-c0765c107a16';

describe('keys', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let gateway: OwnGateway;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    await addLongTranscript(database, '1.1');
    // With keys, other machines may be let in.
    const env = { API_KEYS, HOST: '0.0.0.0', FAILED_KEYS_PER_MINUTE: '0' };
    gateway = await startOwnGateway(testDatabase.url, env);
  });
  after(async () => {
    await gateway.remove();
    await database.close();
    await testDatabase.drop();
  });

  const ask = (line: string, headers: readonly string[], body = '') =>
    askRaw(
      gateway.port,
      [`${line} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', ...headers],
      body,
    );
  const withKey = ({ key }: { readonly key: string }) => [`Authorization: Bearer ${key}`];
  const digestOf = (key: string) => createHash('sha256').update(key).digest('hex');
  const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  const REFUSED: readonly (readonly [string, string, readonly string[]])[] = [
    ['no key', '/calls/1.1/log', []],
    ['a removed key', '/calls/1.1/log', withKey(removed)],
    ['an empty key', '/calls/1.1/log', ['Authorization: Bearer ']],
    ['the digest of a key', '/calls/1.1/log', [`Authorization: Bearer ${digestOf(all.key)}`]],
    ['the entry of a key', '/calls/1.1/log', [`Authorization: Bearer ${all.entry}`]],
    ['a key without its last character', '/calls/1.1/log', withKey({ key: all.key.slice(0, -1) })],
    ['a key in other letters', '/calls/1.1/log', withKey({ key: all.key.toUpperCase() })],
    ['a key with something behind it', '/calls/1.1/log', withKey({ key: `${all.key} x` })],
    ['another scheme', '/calls/1.1/log', [`Authorization: Basic ${all.key}`]],
    ['no scheme', '/calls/1.1/log', [`Authorization: ${all.key}`]],
    ['two keys', '/calls/1.1/log', [...withKey(all), ...withKey(all)]],
    ['a key in the address', `/calls/1.1/log?api_key=${all.key}&key=${all.key}`, []],
    ['a key in a cookie', '/calls/1.1/log', [`Cookie: authorization=${all.key}`]],
    ['a key in another header', '/calls/1.1/log', [`X-Api-Key: ${all.key}`]],
    [
      'a token that says it needs no signature',
      '/calls/1.1/log',
      withKey({ key: `${base64url({ alg: 'none' })}.${base64url({ scope: 'admin' })}.` }),
    ],
    ['no key for a call that does not exist', '/calls/7.7', []],
    ['no key for a path that does not exist', '/nowhere', []],
    ['no key for the metrics', '/metrics', []],
  ];

  it('are refused with one and the same 401, whatever the cause', async () => {
    const replies = await Promise.all(
      REFUSED.map(async ([what, path, headers]) => ({
        what,
        reply: await ask(`GET ${path}`, headers),
      })),
    );
    const answers = replies.map(({ what, reply }) => {
      assert.equal(reply.status, 401, what);
      assert.match(reply.head, /www-authenticate: bearer\r\n/, what);
      const { requestId, ...rest } = JSON.parse(reply.body) as Record<string, unknown>;
      assert.equal(typeof requestId, 'string');
      const head = reply.head.split('\r\n').filter((line) => !line.startsWith('date:'));
      return JSON.stringify([head, rest]);
    });
    assert.equal(new Set(answers).size, 1, [...new Set(answers)].join('\n'));
    assert.match(answers[0] ?? '', /KEY_REFUSED/);
  });

  it('are asked for before a body is read', async () => {
    const reply = await ask('POST /calls', [], 'x'.repeat(70_000));
    assert.equal(reply.status, 401);
  });

  const MATRIX: readonly (readonly [string, string, readonly string[]])[] = [
    ['GET /calls/1.1/log', '', ['all', 'older', 'newer']],
    ['HEAD /calls/1.1/log', '', ['all', 'older', 'newer']],
    ['GET /calls/1.1', '', ['all', 'older', 'newer']],
    ['GET /calls/1.1/transcript', '', ['all', 'older', 'newer']],
    ['GET /calls/1.1/transcripts', '', ['all', 'older', 'newer']],
    ['GET /calls/1.1/analyses', '', ['all', 'older', 'newer']],
    ['GET /calls/1.1/reprocess', '', ['all', 'older', 'newer']],
    ['GET /calls', '', ['all', 'older', 'newer']],
    ['GET /companies/250/calls', '', ['all', 'older', 'newer']],
    ['GET /failures', '', ['all', 'older', 'newer']],
    ['GET /statistics', '', ['all', 'older', 'newer']],
    ['POST /calls', VALID, ['all', 'newer', 'starter']],
    ['POST /calls/1.1/reprocess', '', ['all']],
    ['POST /reprocesses', '{"filter":{},"dryRun":true}', ['all']],
    [`GET /reprocesses/${NO_BULK}`, '', ['all', 'older', 'newer']],
    [`DELETE /reprocesses/${NO_BULK}`, '', ['all']],
    ['GET /metrics', '', ['all', 'admin']],
  ];
  const KEYS = { all, older, newer, starter, admin };
  for (const [line, body, may] of MATRIX) {
    it(`lets ${may.join(', ')} ${line}, and answers 403 to the others`, async () => {
      // At once, because each that is let in waits for Temporal, which is away.
      const replies = await Promise.all(
        Object.entries(KEYS).map(
          async ([name, key]) => [name, await ask(line, withKey(key), body)] as const,
        ),
      );
      for (const [name, reply] of replies) {
        // There was no reprocess of many either: 503 and 404 mean that the request was let in.
        const expected = may.includes(name) ? [200, 404, 503] : [403];
        assert.ok(expected.includes(reply.status), `${name}: ${reply.status}`);
        if (reply.status === 403 && !line.startsWith('HEAD')) {
          assert.match(reply.body, /SCOPE_MISSING/);
          assert.match(reply.body, /lacks the scope (?:calls:|admin)/);
        }
      }
    });
  }

  it('are not needed to ask whether the gateway is alive', async () => {
    assert.equal((await ask('GET /healthz', [])).status, 200);
  });

  it('take any letters for the scheme', async () => {
    const reply = await ask('GET /calls/1.1/log', [`authorization: bEARER ${all.key}`]);
    assert.equal(reply.status, 200);
  });

  it('tell whoever has one that a path does not exist', async () => {
    assert.equal((await ask('GET /nowhere', withKey(admin))).status, 404);
  });

  it('stand in no log line, and neither do the addresses that were asked for', async () => {
    await ask(`GET /calls/+442079460101?secret=${all.key}`, withKey(all));
    await ask('GET /calls/02079460102', withKey(all));
    const output = gateway.process.output();
    assert.match(output, /incoming request/);
    for (const secret of [
      '02079460102',
      all.key,
      older.key,
      digestOf(all.key),
      '442079460101',
      'secret=',
    ]) {
      assert.ok(!output.includes(secret), secret);
    }
    assert.match(output, /"route":"\/calls\/:callSid\/log","callSid":"1.1"/);
  });
});

describe('the name of a key', () => {
  it('stands in the log row of what was asked for with it, and in no other', async () => {
    const reader = makeKey('console', 'calls:read', 'calls:reprocess');
    const service = await startService({
      env: { API_KEYS: [starter, reader].map(({ entry }) => entry).join() },
    });
    try {
      const ask = async (method: string, path: string, key: string, body?: unknown) => {
        const response = await fetch(`${service.gatewayUrl}${path}`, {
          method,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: (await response.json()) as Reply };
      };
      const { callSid, recordgroup, recordid } = await service.addRecording({
        faults: [{ system: 'languageModel', times: 2, action: { status: 401 } }],
      });
      const key = { callRecordingId: callSid, recordgroup, recordid };
      assert.equal((await ask('POST', '/calls', starter.key, key)).status, 202);
      const readLog = async () =>
        (await ask('GET', `/calls/${callSid}/log`, reader.key)).body.entries ?? [];
      const untilEvents = (event: string, count: number) =>
        waitFor(`${count} times ${event}`, async () => {
          const entries = await readLog();
          return entries.filter((entry) => entry.event === event).length === count;
        });
      await untilEvents('JOB_FAILED', 1);
      await service.client.workflow.getHandle(callSid).signal('reprocess', { reason: 'by hand' });
      await untilEvents('JOB_FAILED', 2);
      // Once to the run that is parked, and once more to a new run.
      const path = `/calls/${callSid}/reprocess`;
      assert.equal((await ask('POST', path, reader.key)).status, 202);
      await untilEvents('JOB_COMPLETED', 1);
      const again = { from: 'matchCompany', reason: 'rights corrected' };
      assert.equal((await ask('POST', path, reader.key, again)).status, 202);
      await untilEvents('JOB_COMPLETED', 2);

      const actors = (await readLog()).map(({ event, actor }) => [event, actor] as const);
      assert.deepEqual(
        actors.filter(([event, actor]) => actor !== null || event === 'REPROCESS_REQUESTED'),
        [
          ['JOB_STARTED', 'phone-adapter'],
          ['REPROCESS_REQUESTED', null],
          ['REPROCESS_REQUESTED', 'console'],
          ['REPROCESS_REQUESTED', 'console'],
        ],
      );
    } finally {
      await service.stop();
    }
  });
});

type Reply = {
  readonly entries?: readonly { readonly event: string; readonly actor: string | null }[];
};

describe('a gateway without keys', () => {
  const DATABASE_URL = 'postgresql://nobody@127.0.0.1:1/nowhere';

  it('says so when it starts', async () => {
    const gateway = await startOwnGateway(DATABASE_URL);
    try {
      assert.match(gateway.process.output(), /There are no API_KEYS/);
    } finally {
      await gateway.remove();
    }
  });

  it('does not start where other machines could reach it, and says what to do', async () => {
    const env = { DATABASE_URL, PORT: '0', HOST: '0.0.0.0' };
    const words = await lastWordsOf('src/server.ts', env);
    assert.match(words, /HOST must .*no API_KEYS.*npm run api-key/);
    for (const HOST of ['::', '192.0.2.1']) {
      assert.throws(() => loadGatewayConfig({ DATABASE_URL, HOST }), /HOST must .*no API_KEYS/);
    }
  });

  it('does not start with keys that it cannot read, and does not show them', async () => {
    const sha256 = 'a1'.repeat(32);
    const unreadable = /API_KEYS contains an item that is not of the form/;
    const env = { DATABASE_URL, API_KEYS: `name:calls:write:${sha256}` };
    const words = await lastWordsOf('src/server.ts', env);
    assert.match(words, unreadable);
    assert.ok(!words.includes(sha256), words);
    for (const entry of [
      'name',
      `name::${sha256}`,
      `name:calls:read:${sha256.slice(1)}`,
      `:calls:read:${sha256}`,
      `hook:calls:read:${sha256}`,
      `442079460101:calls:read:${sha256}`,
      `a b:calls:read:${sha256}`,
    ]) {
      assert.throws(
        () => loadGatewayConfig({ DATABASE_URL, API_KEYS: entry }),
        (error: Error) => unreadable.test(error.message) && !error.message.includes(sha256),
        entry,
      );
    }
  });
});

describe('npm run api-key', () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['src/api-key.ts', ...args]);

  it('prints a key and the entry that lets the gateway accept it, and never the same one twice', async () => {
    const [first, second] = await Promise.all(
      ['calls:read+calls:start', 'calls:read'].map((scopes) => run('console', scopes)),
    );
    assert.ok(first !== undefined && second !== undefined);
    const [key = '', entry = ''] = first.stdout.match(/^ {2}\S+$/gm)?.map((x) => x.trim()) ?? [];
    assert.match(key, /^msp_[\w-]{43}$/);
    const sha256 = createHash('sha256').update(key).digest('hex');
    assert.equal(entry, `console:calls:read+calls:start:${sha256}`);
    assert.ok(!second.stdout.includes(key));
  });

  it('takes several scopes one after the other, and refuses what is not one', async () => {
    const { stdout } = await run('ops', 'calls:read', 'admin');
    assert.match(stdout, /^ {2}ops:calls:read\+admin:[0-9a-f]{64}$/m);
    for (const args of [
      ['ops'],
      ['ops', 'calls:write'],
      ['o ps', 'admin'],
      ['hook', 'admin'],
      ['ops', ''],
    ]) {
      await assert.rejects(run(...args), { code: 2 }, args.join(' '));
    }
  });
});

// A phone system starts calls without a key, by a signature that somebody else's library makes or by a secret in the
// path; nobody else does, and the secret stands in no log.
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';

import { assert as check, asyncProperty, integer, uint8Array } from 'fast-check';
import { Webhook } from 'standardwebhooks';

import { createSignatureCheck } from '../../src/api/hooks/signature.ts';
import { startOwnGateway } from '../support/own-gateway.ts';
import { lastWordsOf } from '../support/own-process.ts';
import { makeKey } from '../support/api-keys.ts';
import { askRaw, type RawReply } from '../support/raw-request.ts';
import { startService, type Service } from '../support/service.ts';

const OLD_SECRET = `whsec_${'6f6c64'.repeat(8)}`;
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const FOREIGN_SECRET = `whsec_${'b'.repeat(48)}`;
const key = makeKey('all', 'calls:read', 'calls:start', 'calls:reprocess', 'admin');

type Delivery = {
  readonly id?: string;
  readonly at?: Date;
  readonly secret?: string;
  readonly type?: string;
  readonly body: string;
};

describe('the hooks of the phone system', () => {
  let service: Service;
  let port: number;

  before(async () => {
    service = await startService({
      workers: 0,
      env: {
        API_KEYS: key.entry,
        HOOK_SECRET: `${OLD_SECRET}, ${SECRET}`,
        FAILED_KEYS_PER_MINUTE: '0',
        OPEN_RUNS_PER_KEY: '1',
      },
    });
    port = Number(new URL(service.gatewayUrl).port);
  });
  after(() => service.stop());

  const post = (path: string, headers: readonly string[], body: string | Buffer) =>
    askRaw(port, [`POST ${path} HTTP/1.1`, 'Host: localhost', ...headers], body);

  /** The headers of a delivery, signed by the oracle. */
  function signed({ id = randomUUID(), at = new Date(), secret = SECRET, body }: Delivery) {
    return {
      id,
      timestamp: String(Math.floor(at.getTime() / 1000)),
      signature: new Webhook(secret).sign(id, at, body),
    };
  }

  const toHeaders = (given: ReturnType<typeof signed>, type = 'application/json') => [
    `webhook-id: ${given.id}`,
    `webhook-timestamp: ${given.timestamp}`,
    `webhook-signature: ${given.signature}`,
    `Content-Type: ${type}`,
  ];
  const deliver = (delivery: Delivery) =>
    post('/hooks/phone-system', toHeaders(signed(delivery), delivery.type), delivery.body);

  const newId = () => `1796${randomInt(100_000, 999_999)}.${randomInt(10_000)}`;
  const oursOf = (callRecordingId: string) =>
    JSON.stringify({ callRecordingId, recordgroup: '20417', recordid: '7' });

  async function startedWith(callSid: string) {
    const { memo } = await service.client.workflow.getHandle(callSid).describe();
    return memo;
  }

  function assertStarted(reply: RawReply, callSid: string): void {
    assert.equal(reply.status, 202, reply.body);
    assert.equal((JSON.parse(reply.body) as { callSid: string }).callSid, callSid);
  }

  function assertRefused(reply: RawReply): void {
    assert.equal(reply.status, 401, reply.body);
    assert.match(reply.body, /"code":"HOOK_REFUSED"/);
  }

  describe('a signed delivery', () => {
    it('starts a call with either of two secrets, and with several signatures', async () => {
      for (const secret of [OLD_SECRET, SECRET]) {
        const callSid = newId();
        assertStarted(await deliver({ secret, body: oursOf(callSid) }), callSid);
        assert.deepEqual(await startedWith(callSid), { recordgroup: '20417', recordid: '7' });
      }
      const callSid = newId();
      const body = oursOf(callSid);
      const one = signed({ secret: FOREIGN_SECRET, body });
      const other = signed({ id: one.id, body });
      const signature = `v1a,abc ${one.signature} ${other.signature}`;
      const reply = await post('/hooks/phone-system', toHeaders({ ...other, signature }), body);
      assertStarted(reply, callSid);
    });

    it('is accepted up to 300 seconds before and behind our time, and not beyond', async () => {
      for (const seconds of [-295, 295]) {
        const callSid = newId();
        const at = new Date(Date.now() + seconds * 1000);
        assertStarted(await deliver({ at, body: oursOf(callSid) }), callSid);
      }
      for (const seconds of [-305, 305, -86_400]) {
        const at = new Date(Date.now() + seconds * 1000);
        assertRefused(await deliver({ at, body: oursOf(newId()) }));
      }
    });

    it('gets the first answer again when it comes again with a fresh time, and starts nothing', async () => {
      const callSid = newId();
      const id = randomUUID();
      const first = await deliver({ id, body: oursOf(callSid) });
      assertStarted(first, callSid);
      const at = new Date(Date.now() + 5_000);
      const again = await deliver({ id, at, body: oursOf(callSid) });
      assert.deepEqual([again.status, again.body], [202, first.body]);
      // The id is the sender's word that it is the same delivery.
      const other = newId();
      const changed = await deliver({ id, body: oursOf(other) });
      assert.equal(changed.body, first.body);
      await assert.rejects(startedWith(other));
      // Another delivery about the same call is another request.
      assert.equal((await deliver({ body: oursOf(callSid) })).status, 200);
    });

    it('is answered alike however often it comes at once', async () => {
      const delivery = { id: randomUUID(), body: oursOf(newId()) };
      const replies = await Promise.all(Array.from({ length: 10 }, () => deliver(delivery)));
      const bodies = new Set(replies.map(({ status, body }) => `${status} ${body}`));
      assert.equal(bodies.size, 1, [...bodies].join('\n'));
    });

    const valid = () => {
      const body = oursOf(newId());
      return { body, given: signed({ body }) };
    };
    const WRONG: Readonly<Record<string, (v: ReturnType<typeof valid>) => [string[], string]>> = {
      'without a signature': ({ body, given }) => [toHeaders(given).toSpliced(2, 1), body],
      'without an id': ({ body, given }) => [toHeaders(given).toSpliced(0, 1), body],
      'without a time': ({ body, given }) => [toHeaders(given).toSpliced(1, 1), body],
      'with a foreign secret': ({ body }) => [
        toHeaders(signed({ secret: FOREIGN_SECRET, body })),
        body,
      ],
      'with another id': ({ body, given }) => [toHeaders({ ...given, id: randomUUID() }), body],
      'with another time': ({ body, given }) => [
        toHeaders({ ...given, timestamp: String(Number(given.timestamp) + 1) }),
        body,
      ],
      'with a time in milliseconds': ({ body, given }) => [
        toHeaders({ ...given, timestamp: `${given.timestamp}000` }),
        body,
      ],
      'with a body that was written anew': ({ body, given }) => [
        toHeaders(given),
        JSON.stringify(JSON.parse(body), null, 1),
      ],
      'with a body that was cut off': ({ body, given }) => [toHeaders(given), body.slice(0, -1)],
      'with no body': ({ given }) => [toHeaders(given), ''],
      'with a second signature header': ({ body, given }) => [
        [...toHeaders(given), `webhook-signature: ${given.signature}`],
        body,
      ],
      'with a second id header': ({ body, given }) => [
        [...toHeaders(given), `webhook-id: ${given.id}`],
        body,
      ],
      'with a signature of another version': ({ body, given }) => [
        toHeaders({ ...given, signature: given.signature.replace('v1,', 'v1a,') }),
        body,
      ],
      'with a signature without its version': ({ body, given }) => [
        toHeaders({ ...given, signature: given.signature.replace('v1,', '') }),
        body,
      ],
      'with our key instead': ({ body }) => [[`Authorization: Bearer ${key.key}`], body],
      'that is neither signed nor JSON': () => [[], 'x=\u0000'],
    };
    for (const [what, make] of Object.entries(WRONG)) {
      it(`is refused ${what}, before anything is parsed`, async () => {
        const [headers, body] = make(valid());
        assertRefused(await post('/hooks/phone-system', headers, body));
      });
    }

    it('is refused with any byte of its body changed, over sockets', async () => {
      const { body, given } = valid();
      const bytes = Buffer.from(body);
      await check(
        asyncProperty(
          integer({ min: 0, max: bytes.length - 1 }),
          integer({ min: 1, max: 255 }),
          async (place, change) => {
            const changed = Buffer.from(bytes);
            changed.writeUInt8(changed.readUInt8(place) ^ change, place);
            assertRefused(await post('/hooks/phone-system', toHeaders(given), changed));
          },
        ),
        { numRuns: 60 },
      );
    });

    it('agrees with the oracle about every body, byte by byte', async () => {
      const verify = createSignatureCheck([SECRET]);
      const now = new Date();
      await check(
        asyncProperty(uint8Array({ maxLength: 200 }), async (bytes) => {
          // The oracle signs texts.
          const body = Buffer.from(Buffer.from(bytes).toString('utf8'));
          const given = signed({ at: now, body: body.toString('utf8') });
          const headers = {
            'webhook-id': [given.id],
            'webhook-timestamp': [given.timestamp],
            'webhook-signature': [given.signature],
          };
          const message = { headersDistinct: headers } as unknown as Parameters<typeof verify>[0];
          assert.equal(verify(message, body, now), given.id);
          assert.equal(verify(message, Buffer.concat([body, Buffer.from('x')]), now), null);
        }),
      );
    });
  });

  describe('a secret address', () => {
    const at = (secret: string) => `/hooks/phone-system/${secret}`;

    it('starts a call with either of two secrets', async () => {
      for (const secret of [OLD_SECRET, SECRET]) {
        const callSid = newId();
        const reply = await post(at(secret), ['Content-Type: application/json'], oursOf(callSid));
        assertStarted(reply, callSid);
      }
    });

    it('refuses every other, before it reads a body', async () => {
      for (const secret of [
        FOREIGN_SECRET,
        SECRET.slice(0, -1),
        `${SECRET}x`,
        SECRET.replace('whsec_', ''),
        `${OLD_SECRET},${SECRET}`,
        'constructor',
        '%00',
        ' ',
        key.key,
      ]) {
        const body = 'x'.repeat(70_000);
        assertRefused(await post(at(encodeURIComponent(secret)), [], body));
      }
    });
  });

  const FORMS: readonly (readonly [string, string, (id: string) => string])[] = [
    ['our JSON', 'application/json', oursOf],
    [
      "the phone system's JSON, with more than we need",
      'application/json; charset=utf-8',
      (uniqueid) =>
        JSON.stringify({ uniqueid, recordgroup: 20417, recordid: 7, snumber: '', cnumber: null }),
    ],
    [
      'its form',
      'application/x-www-form-urlencoded',
      (id) => `uniqueid=${id}&recordgroup=20417&recordid=7&snumber=%2B442079460101&status=`,
    ],
    [
      'its form with a path, of which the second group counts',
      'application/x-www-form-urlencoded',
      (id) => `uniqueid=${id}&recordgroup=&path=991%2F20417%2F2026%2F11%2F30%2Frecord_1796041144_7`,
    ],
    [
      'its JSON with the path of a file',
      'application/json',
      (uniqueid) => JSON.stringify({ uniqueid, path: '/991/20417/2026/11/30/record_17_7.wav' }),
    ],
    [
      'its JSON, in which named fields count more than the path',
      'application/json',
      (uniqueid) =>
        JSON.stringify({ uniqueid, recordgroup: '20417', path: '1/2/2026/11/30/record_17_7' }),
    ],
  ];
  for (const [what, type, make] of FORMS) {
    it(`take ${what}`, async () => {
      const [one, other] = [newId(), newId()];
      assertStarted(await deliver({ type, body: make(one) }), one);
      const byAddress = await post(
        `/hooks/phone-system/${SECRET}`,
        [`Content-Type: ${type}`],
        make(other),
      );
      assertStarted(byAddress, other);
      for (const callSid of [one, other]) {
        assert.deepEqual(await startedWith(callSid), { recordgroup: '20417', recordid: '7' });
      }
    });
  }

  const BAD: readonly (readonly [number, string, string, string])[] = [
    [400, 'no fields', 'application/json', '{}'],
    [400, 'a list', 'application/json', '[]'],
    [400, 'no JSON', 'application/json', '{"uniqueid":'],
    [400, 'nothing', 'application/json', ''],
    [400, 'no group', 'application/json', '{"uniqueid":"1.1","recordid":"7"}'],
    [400, 'a path of another form', 'application/json', '{"uniqueid":"1.1","path":"a/b/c"}'],
    [
      400,
      'a path that leads out',
      'application/json',
      '{"uniqueid":"1.1","path":"a/../2026/11/30/record_1_7"}',
    ],
    [
      400,
      'an id with a path',
      'application/json',
      '{"uniqueid":"../1","recordgroup":"1","recordid":"1"}',
    ],
    [
      400,
      'a NUL',
      'application/json',
      '{"uniqueid":"1.1","recordgroup":"1","recordid":"1","x":"\\u0000"}',
    ],
    [
      400,
      'a NUL in a form',
      'application/x-www-form-urlencoded',
      'uniqueid=1.1&recordgroup=1&recordid=1&x=%00',
    ],
    [
      400,
      'a field twice',
      'application/x-www-form-urlencoded',
      'uniqueid=1.1&uniqueid=1.2&recordgroup=1&recordid=1',
    ],
    [
      400,
      'an unknown field beside ours',
      'application/json',
      `${oursOf('1.1').slice(0, -1)},"x":1}`,
    ],
    [415, 'another type', 'text/plain', oursOf('1.1')],
    [415, 'parts', 'multipart/form-data; boundary=x', '--x--'],
  ];
  it('answer 400 or 415 to what they do not understand, and start nothing', async () => {
    for (const [status, what, type, body] of BAD) {
      const answers = [
        await deliver({ type, body }),
        await post(`/hooks/phone-system/${SECRET}`, [`Content-Type: ${type}`], body),
      ];
      for (const answer of answers) {
        assert.equal(answer.status, status, `${what}: ${answer.body}`);
        assert.match(answer.body, /"code":"INVALID_INPUT"/, what);
      }
    }
    await assert.rejects(startedWith('1.1'));
  });

  it('name themselves as the actor of what they started, and are not held back by other runs', async () => {
    const callSid = newId();
    assertStarted(await deliver({ body: oursOf(callSid) }), callSid);
    const { events } = await service.client.workflow.getHandle(callSid).fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    assert.match(String(input), /"actor":"hook"/);
  });

  it('take no other method, and need no key', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const lines = [`${method} /hooks/phone-system/${SECRET} HTTP/1.1`, 'Host: localhost'];
      assert.equal((await askRaw(port, lines)).status, 401);
      const withKey = [...lines, `Authorization: Bearer ${key.key}`];
      assert.equal((await askRaw(port, withKey)).status, 404);
    }
  });

  it('are closed without a secret, and count as failed keys', async () => {
    const env = { FAILED_KEYS_PER_MINUTE: '2' };
    const gateway = await startOwnGateway(service.databaseUrl, env);
    try {
      const send = (path: string) =>
        askRaw(gateway.port, [`POST ${path} HTTP/1.1`, 'Host: localhost'], '{}');
      assertRefused(await send('/hooks/phone-system'));
      assertRefused(await send('/hooks/phone-system/%20'));
      const limited = await send(`/hooks/phone-system/${SECRET}`);
      assert.equal(limited.status, 429);
      assert.match(limited.body, /FAILED_KEYS_PER_MINUTE/);
    } finally {
      await gateway.remove();
    }
  });

  it('start calls also while the database is away', async () => {
    const own = await startOwnGateway('postgresql://nobody@127.0.0.1:1/nowhere', {
      HOOK_SECRET: SECRET,
      TEMPORAL_ADDRESS: service.temporal.address,
    });
    try {
      const callSid = newId();
      const body = oursOf(callSid);
      const lines = ['POST /hooks/phone-system HTTP/1.1', 'Host: localhost'];
      const reply = await askRaw(own.port, [...lines, ...toHeaders(signed({ body }))], body);
      assertStarted(reply, callSid);
    } finally {
      await own.remove();
    }
  });

  it('write no secret into the log, however it was sent', async () => {
    const own = await startOwnGateway(service.databaseUrl, {
      HOOK_SECRET: SECRET,
      LOG_LEVEL: 'trace',
      TEMPORAL_ADDRESS: service.temporal.address,
    });
    try {
      const lines = (target: string, method = 'POST') =>
        askRaw(own.port, [`${method} ${target} HTTP/1.1`, 'Host: localhost'], oursOf('1.1'));
      await lines(`/hooks/phone-system/${SECRET}`);
      await lines(`/%68ooks/phone-system/${SECRET}`);
      await lines(`/hooks/phone-system/${SECRET}?x=${SECRET}`);
      await lines(`/hooks/phone-system/${SECRET}/`);
      await lines(`/hooks//phone-system/${SECRET}`);
      await lines(`/hooks/phone-system/${SECRET}%zz`);
      await lines(`/hooks/phone-system/${SECRET}${'x'.repeat(500)}`);
      await lines(`/hooks/phone-system/${SECRET}`, 'GET');
      await lines(`/hooks/phone-system/${SECRET}`, 'BREW');
      await lines(`http://evil.example/hooks/phone-system/${SECRET}`);
      const output = own.process.output();
      assert.ok(output.split('incoming request').length > 8, output);
      assert.ok(!output.includes(SECRET.slice(6)), output);
    } finally {
      await own.remove();
    }
  });

  it('do not open with a secret that is too short or no base64', async () => {
    for (const secret of ['short', 'whsec_YWJj', `whsec_${'!'.repeat(40)}`, `${SECRET},x`]) {
      const words = await lastWordsOf('src/server.ts', {
        DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nowhere',
        HOOK_SECRET: secret,
      });
      assert.match(words, /HOOK_SECRET contains an item that is not/);
      assert.ok(!words.includes(SECRET));
    }
  });
});

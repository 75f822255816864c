// Guarantees that every odd answer from ConnectWise is reported with its own code, after one request, and without private data.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import { NUMBER, assertFails, failure, createConnectWiseRig } from './support.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import { sendJson, startHttpServer } from '../../support/http-server.ts';

const { signal } = new AbortController();
const rig = createConnectWiseRig();

describe('the ConnectWise client, when something goes wrong', () => {
  afterEach(() => rig.close());

  it('stops reading a list that never ends', async () => {
    const link = '<x>; rel="next"';
    const client = await rig.clientOf((_, response) => sendJson(response, [], 200, { link }));
    await assertFails(client.findByPhone(NUMBER, [], signal), 'CONNECTWISE_REPLY_INVALID');
    assert.ok(rig.requests().length <= 10);
  });

  const statuses: readonly [number, ErrorCode][] = [
    [400, 'CONNECTWISE_BAD_REQUEST'],
    [401, 'CONNECTWISE_CREDENTIALS_REFUSED'],
    [403, 'CONNECTWISE_CREDENTIALS_REFUSED'],
    [404, 'CONNECTWISE_CREDENTIALS_REFUSED'],
    [408, 'CONNECTWISE_UNAVAILABLE'],
    [410, 'CONNECTWISE_BAD_REQUEST'],
    [429, 'CONNECTWISE_RATE_LIMITED'],
    [500, 'CONNECTWISE_UNAVAILABLE'],
    [502, 'CONNECTWISE_UNAVAILABLE'],
    [503, 'CONNECTWISE_UNAVAILABLE'],
    [204, 'CONNECTWISE_REPLY_INVALID'],
  ];
  for (const [status, code] of statuses) {
    it(`reports ${status} as ${code}, after one request`, async () => {
      const body = { code: 'X', message: `secret about ${NUMBER}` };
      const client = await rig.clientOf((_, response) => sendJson(response, body, status));
      await assertFails(client.findByPhone(NUMBER, [], signal), code);
      assert.equal(rig.requests().length, 1);
    });
  }

  for (const status of [429, 503]) {
    it(`passes on the Retry-After of a ${status} in milliseconds, given in seconds or as a date`, async () => {
      const in90Seconds = new Date(Date.now() + 90_000).toUTCString();
      for (const [header, least, most] of [
        ['7', 7_000, 7_000],
        [in90Seconds, 85_000, 90_000],
      ] as const) {
        const client = await rig.clientOf((_, response) =>
          sendJson(response, {}, status, { 'retry-after': header }),
        );
        const error = await failure(client.findByPhone(NUMBER, [], signal));
        const ms = error.retryAfterMs ?? -1;
        assert.ok(ms >= least && ms <= most, `${ms}`);
      }
    });
  }

  it('follows no redirect, so that the keys are never sent elsewhere', async () => {
    const elsewhere = await startHttpServer((_, response) => sendJson(response, []));
    try {
      const client = await rig.clientOf((_, response) => {
        response.writeHead(302, { location: elsewhere.url }).end();
      });
      await assertFails(client.findByPhone(NUMBER, [], signal), 'CONNECTWISE_REPLY_INVALID');
      assert.equal(elsewhere.requests.length, 0);
    } finally {
      await elsewhere.close();
    }
  });

  const replies: readonly [string, (response: ServerResponse) => void, ErrorCode][] = [
    [
      'a login page with 200',
      (response) => response.end('<html>Log in</html>'),
      'CONNECTWISE_REPLY_INVALID',
    ],
    ['an empty body', (response) => response.end(), 'CONNECTWISE_REPLY_INVALID'],
    [
      'an object instead of a list',
      (response) => sendJson(response, { id: 1 }),
      'CONNECTWISE_REPLY_INVALID',
    ],
    [
      'a record without an id',
      (response) => sendJson(response, [{ company: null }]),
      'CONNECTWISE_REPLY_INVALID',
    ],
    [
      'an id that is a query',
      (response) => sendJson(response, [{ id: 1, company: { id: '1) or (1=1' } }]),
      'CONNECTWISE_REPLY_INVALID',
    ],
    [
      'more records than a page holds',
      (response) =>
        sendJson(
          response,
          Array.from({ length: 1001 }, (_, id) => ({ id: id + 1 })),
        ),
      'CONNECTWISE_REPLY_INVALID',
    ],
    [
      'an endless body',
      (response) => {
        const chunk = Buffer.alloc(1024 * 1024, ' ');
        const write = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', write);
        write();
      },
      'CONNECTWISE_REPLY_INVALID',
    ],
    [
      'a body cut short',
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('[{"id"', () => response.destroy());
      },
      'CONNECTWISE_UNAVAILABLE',
    ],
    ['a connection reset', (response) => response.destroy(), 'CONNECTWISE_UNAVAILABLE'],
  ];
  for (const [what, answer, code] of replies) {
    it(`reports ${what} as ${code}`, async () => {
      const client = await rig.clientOf((_, response) => answer(response));
      await assertFails(client.findByPhone(NUMBER, [], signal), code);
    });
  }

  it('reports a refused connection as CONNECTWISE_UNAVAILABLE', async () => {
    const client = await rig.clientOf(() => undefined);
    await rig.close();
    await assertFails(client.findByPhone(NUMBER, [], signal), 'CONNECTWISE_UNAVAILABLE');
  });

  it('gives up when no answer comes in time', async () => {
    const client = await rig.clientOf(() => undefined, { timeoutMs: 100 });
    await assertFails(client.findByPhone(NUMBER, [], signal), 'CONNECTWISE_UNAVAILABLE');
  });

  it('gives up when an answer trickles in too slowly', async () => {
    const client = await rig.clientOf(
      (_, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 200 },
    );
    await assertFails(client.findByPhone(NUMBER, [], signal), 'CONNECTWISE_UNAVAILABLE');
  });

  it('rejects with the reason of an abort', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by the test');
    const client = await rig.clientOf(() => controller.abort(reason));
    await assert.rejects(client.findByPhone(NUMBER, [], controller.signal), reason);
    await assert.rejects(client.findByPhone(NUMBER, [], controller.signal), reason);
    assert.equal(rig.requests().length, 1);
  });
});

// Guarantees that every odd answer from a language model is reported with its own code, after one request, and without private data.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import { sendJson, startHttpServer } from '../../support/http-server.ts';
import {
  INPUT,
  JSON_TEXT,
  assertFails,
  completion,
  failure,
  createLanguageModelRig,
  createNotes,
} from './support.ts';

const { signal } = new AbortController();
const rig = createLanguageModelRig();

describe('the language model client, when something goes wrong', () => {
  afterEach(() => rig.close());

  const choices: readonly [string, object, ErrorCode][] = [
    [
      'a content filter',
      { finish_reason: 'content_filter', message: { content: '' } },
      'MODEL_CONTENT_BLOCKED',
    ],
    [
      'a refusal',
      { finish_reason: 'stop', message: { content: null, refusal: 'I cannot.' } },
      'MODEL_CONTENT_BLOCKED',
    ],
  ];
  for (const [what, choice, code] of choices) {
    it(`reports ${what} as ${code}, after one request`, async () => {
      const client = await rig.clientOf((response) => sendJson(response, { choices: [choice] }));
      await assertFails(client.analyze(INPUT, createNotes(), signal), code);
      assert.equal(rig.requests().length, 1);
    });
  }

  const statuses: readonly [number, string, ErrorCode][] = [
    [400, "This model's maximum context length is 8192 tokens", 'MODEL_TRANSCRIPT_TOO_LONG'],
    [400, 'The response was filtered: content management policy', 'MODEL_CONTENT_BLOCKED'],
    [401, 'wombat', 'MODEL_CREDENTIALS_REFUSED'],
    [402, 'wombat', 'MODEL_PAYMENT_REQUIRED'],
    [403, 'wombat', 'MODEL_CREDENTIALS_REFUSED'],
    [404, 'The model does not exist', 'MODEL_BAD_REQUEST'],
    [408, 'wombat', 'MODEL_UNAVAILABLE'],
    [413, 'wombat', 'MODEL_TRANSCRIPT_TOO_LONG'],
    [429, 'wombat', 'MODEL_RATE_LIMITED'],
    [500, 'wombat', 'MODEL_UNAVAILABLE'],
    [502, 'wombat', 'MODEL_UNAVAILABLE'],
    [503, 'wombat', 'MODEL_UNAVAILABLE'],
  ];
  for (const [status, message, code] of statuses) {
    it(`reports ${status} "${message}" as ${code}, after one request`, async () => {
      const client = await rig.clientOf((response) =>
        sendJson(response, { error: { message } }, status),
      );
      await assertFails(client.analyze(INPUT, createNotes(), signal), code);
      assert.equal(rig.requests().length, 1);
    });
  }

  it('passes on Retry-After in milliseconds', async () => {
    const client = await rig.clientOf((response) =>
      sendJson(response, {}, 429, { 'retry-after': '7' }),
    );
    assert.equal((await failure(client.analyze(INPUT, createNotes(), signal))).retryAfterMs, 7_000);
  });

  it('follows no redirect, so that the key and the call are never sent elsewhere', async () => {
    const elsewhere = await startHttpServer((_, response) =>
      sendJson(response, completion(JSON_TEXT)),
    );
    try {
      const client = await rig.clientOf((response) => {
        response.writeHead(307, { location: elsewhere.url }).end();
      });
      await assertFails(client.analyze(INPUT, createNotes(), signal), 'MODEL_BAD_REQUEST');
      assert.equal(elsewhere.requests.length, 0);
    } finally {
      await elsewhere.close();
    }
  });

  const answers: readonly [string, (response: ServerResponse) => void, ErrorCode][] = [
    ['a web page with 200', (response) => response.end('<html></html>'), 'MODEL_BAD_REQUEST'],
    [
      'JSON that is not a completion',
      (response) => sendJson(response, { ok: true }),
      'MODEL_BAD_REQUEST',
    ],
    ['malformed JSON', (response) => sendJson(response, '{"choices": ['), 'MODEL_UNAVAILABLE'],
    [
      'an error 429 inside a 200',
      (response) => sendJson(response, { error: { code: 429, message: 'wombat' } }),
      'MODEL_RATE_LIMITED',
    ],
    [
      'an endless body',
      (response) => {
        const chunk = Buffer.alloc(256 * 1024, ' ');
        const write = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', write);
        write();
      },
      'MODEL_OUTPUT_INVALID',
    ],
    [
      'a body cut short',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"choices"', () => response.destroy());
      },
      'MODEL_UNAVAILABLE',
    ],
    ['a connection reset', (response) => response.destroy(), 'MODEL_UNAVAILABLE'],
  ];
  for (const [what, answer, code] of answers) {
    it(`reports ${what} as ${code}, after one request`, async () => {
      const client = await rig.clientOf((response) => answer(response));
      await assertFails(client.analyze(INPUT, createNotes(), signal), code);
      assert.equal(rig.requests().length, 1);
    });
  }

  it('reports a refused connection as MODEL_UNAVAILABLE', async () => {
    const client = await rig.clientOf(() => undefined);
    await rig.close();
    await assertFails(client.analyze(INPUT, createNotes(), signal), 'MODEL_UNAVAILABLE');
  });

  it('gives up when no answer comes in time, or when it trickles in too slowly', async () => {
    for (const answer of [
      () => undefined,
      (response: ServerResponse) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
    ]) {
      const client = await rig.clientOf(answer, { requestTimeoutMs: 150 });
      await assertFails(client.analyze(INPUT, createNotes(), signal), 'MODEL_UNAVAILABLE');
    }
  });

  it('rejects with the reason of an abort', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by the test');
    const client = await rig.clientOf(() => controller.abort(reason));
    await assert.rejects(client.analyze(INPUT, createNotes(), controller.signal), reason);
    await assert.rejects(client.analyze(INPUT, createNotes(), controller.signal), reason);
    assert.equal(rig.requests().length, 1);
  });
});

// A reply is produced no faster than the other side reads it, and production stops when the reader
// disconnects: a recording of any length costs the sandbox no memory.
import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { StandIn } from '../../sandbox/core/context.ts';
import { sendReply } from '../../sandbox/core/http-faults.ts';
import { listen } from '../../sandbox/core/stand-in.ts';

const CHUNK = Buffer.alloc(64 * 1024);
/** 128 MiB, far more than the socket buffers of both sides together. */
const CHUNKS = 2048;
/** The most that the kernel buffers on loopback, in chunks. */
const BUFFERED_CHUNKS = 256;

describe('sandbox replies', () => {
  let standIn: StandIn;
  let made: number;
  let closed: PromiseWithResolvers<void>;

  async function* makeBody(): AsyncGenerator<Uint8Array> {
    try {
      for (made = 0; made < CHUNKS; made += 1) {
        yield CHUNK;
      }
    } finally {
      closed.resolve();
    }
  }

  beforeEach(async () => {
    closed = Promise.withResolvers();
    const server = createServer((request, response) => {
      void sendReply(null, { request, response }, { status: 200, body: makeBody() });
    });
    standIn = await listen(server, { name: 'replies', host: '127.0.0.1', port: 0 });
  });

  afterEach(() => standIn.stop());

  function ask(): Promise<IncomingMessage> {
    return new Promise((resolve) => {
      get({ port: standIn.port, agent: false }, resolve);
    });
  }

  it('wait for a reader that pauses, and then continue to the end', async () => {
    const response = await ask();
    // Without back-pressure, all chunks would be produced within a few milliseconds.
    await delay(200);
    assert.ok(made < BUFFERED_CHUNKS, `${made} chunks`);
    let received = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      received += chunk.length;
    }
    assert.equal(received, CHUNKS * CHUNK.length);
  });

  it('stop being produced when the reader disconnects', async () => {
    const response = await ask();
    response.destroy();
    // The test's own timeout is the deadline.
    await closed.promise;
    assert.ok(made < BUFFERED_CHUNKS, `${made} chunks`);
  });
});

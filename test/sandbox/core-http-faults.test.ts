// A reply is made no faster than the other side takes it, and making it stops when nobody is left to
// take it: a recording of any length costs the sandbox no memory.
import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { StandIn } from '../../sandbox/core/context.ts';
import { sendReply } from '../../sandbox/core/http-faults.ts';
import { listen } from '../../sandbox/core/stand-in.ts';

const CHUNK = Buffer.alloc(64 * 1024);
/** 128 MiB: far more than the sockets of both sides hold together. */
const CHUNKS = 2048;
/** What the kernel buffers on the loopback, at the most, in chunks. */
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

  it('waits for a reader that does not read, and then goes on to the end', async () => {
    const response = await ask();
    // Without back-pressure all chunks are made within some milliseconds.
    await delay(200);
    assert.ok(made < BUFFERED_CHUNKS, `${made} chunks`);
    let received = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      received += chunk.length;
    }
    assert.equal(received, CHUNKS * CHUNK.length);
  });

  it('stops making a reply when the reader has gone', async () => {
    const response = await ask();
    response.destroy();
    // The test's own time limit is the deadline.
    await closed.promise;
    assert.ok(made < BUFFERED_CHUNKS, `${made} chunks`);
  });
});

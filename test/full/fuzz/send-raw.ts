import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { FuzzReply } from './judge.ts';
import type { RawShape } from './raw-shapes.ts';

// Between the bytes of a slow request: a whole one takes less than the gateway waits for headers.
const PAUSE_MS = 5;

// A request that is complete is answered long before; one that is not is ended by us.
const SILENCE_MS = 500;

// Longer than the gateway takes to give up any connection that sends nothing.
const CLOSED_WITHIN_MS = 60_000;

/** Writes a shape on a connection of its own, and reads what comes until it is closed. */
export async function sendRaw(port: number, { pieces }: RawShape): Promise<FuzzReply[]> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  let readAt = performance.now();
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    readAt = performance.now();
  });
  // The gateway may cut the connection, also before it has read everything.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  for (const piece of pieces) {
    socket.write(piece, 'latin1');
    if (pieces.length > 1) await sleep(PAUSE_MS);
  }
  readAt = performance.now();
  const began = performance.now();
  while (!socket.closed) {
    await Promise.race([closed, sleep(SILENCE_MS / 5)]);
    if (performance.now() - readAt > SILENCE_MS) socket.end();
    if (performance.now() - began > CLOSED_WITHIN_MS) {
      socket.destroy();
      assert.fail('the connection stays open');
    }
  }
  return parse(Buffer.concat(chunks));
}

/** The final answers in what was read, one after another. */
function parse(read: Buffer): FuzzReply[] {
  const replies: FuzzReply[] = [];
  let rest = read;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    assert.ok(end > 0, `this is no answer: ${rest.subarray(0, 200).toString('latin1')}`);
    const [first = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    assert.ok(status >= 100, `this is no answer: ${first}`);
    const headers = Object.fromEntries(
      lines.map((line) => {
        const [name = '', ...value] = line.split(': ');
        return [name.toLowerCase(), value.join(': ')];
      }),
    );
    const from = end + 4;
    const to = status < 200 ? from : from + Number(headers['content-length'] ?? rest.length);
    if (status >= 200) {
      replies.push({ status, headers, body: rest.subarray(from, to).toString() });
    }
    rest = rest.subarray(to);
  }
  return replies;
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { waitFor } from '../../support/wait-for.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

// The proxy does to a connection what its methods say, or the tests that use it would prove nothing.

// Longer than anything takes on a loopback connection that is not held up.
const A_WHILE_MS = 150;

describe('the TCP proxy', () => {
  let server: Server;
  let proxy: TcpProxy;
  /** What the server was sent, over all connections. It answers each chunk with `got:` before it. */
  let received = '';
  const sockets: Socket[] = [];

  beforeEach(async () => {
    received = '';
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        received += chunk.toString();
        socket.write(`got:${chunk.toString()}`);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startTcpProxy(() => (server.address() as AddressInfo).port);
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await proxy.close();
    server.close();
  });

  /** A client, with everything it was sent and the error that ended it. */
  async function dial() {
    const socket = connect(proxy.port, '127.0.0.1');
    sockets.push(socket);
    const seen = { text: '', error: null as string | null, isClosed: false };
    socket.on('data', (chunk) => (seen.text += chunk.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => (seen.error = error.code ?? 'unknown'));
    socket.on('close', () => (seen.isClosed = true));
    await once(socket, 'connect').catch(() => undefined);
    return { socket, seen };
  }
  const until = (what: string, look: () => boolean) => waitFor(what, async () => look(), 3_000);

  it('passes bytes both ways, and a goodbye', async () => {
    const { socket, seen } = await dial();
    socket.write('hello');
    await until('the echo', () => seen.text === 'got:hello');
    socket.end();
    await until('the end', () => proxy.openConnections() === 0);
    assert.equal(seen.error, null);
  });

  it('delays', async () => {
    const { socket, seen } = await dial();
    proxy.delay(A_WHILE_MS);
    const begun = performance.now();
    socket.write('hello');
    await until('the echo', () => seen.text === 'got:hello');
    // Once on the way there and once on the way back; timers may be a millisecond early.
    assert.ok(performance.now() - begun >= 2 * A_WHILE_MS - 2);
  });

  it('refuses: open connections and new ones are reset, until it is healed', async () => {
    const open = await dial();
    proxy.refuse();
    await until('the reset', () => open.seen.error === 'ECONNRESET');
    const another = await dial();
    await until('the refusal', () => another.seen.isClosed);
    proxy.heal();
    const third = await dial();
    third.socket.write('hello');
    await until('the echo', () => third.seen.text === 'got:hello');
  });

  it('is a black hole: nothing arrives and nothing breaks, until it is healed', async () => {
    const { socket, seen } = await dial();
    proxy.blackHole();
    socket.write('hello');
    await sleep(A_WHILE_MS);
    assert.deepEqual([received, seen.text, seen.isClosed], ['', '', false]);
    proxy.heal();
    await until('the echo', () => seen.text === 'got:hello');
  });

  it('leaves half-open connections: the server lost them and the client is not told', async () => {
    const { socket, seen } = await dial();
    socket.write('hello');
    await until('the echo', () => seen.text === 'got:hello');
    proxy.halfOpen();
    socket.write('anybody there?');
    await sleep(A_WHILE_MS);
    assert.deepEqual([received, seen.isClosed], ['hello', false]);
    assert.ok(sockets.some((each) => each !== socket && each.destroyed));
  });

  it('cuts after so many bytes', async () => {
    proxy.trap({ direction: 'toServer', when: { bytes: 8 }, timing: 'before', then: 'cut' });
    const { socket, seen } = await dial();
    socket.write('hello');
    await until('the echo', () => seen.text === 'got:hello');
    socket.write('you there');
    await until('the cut', () => seen.error === 'ECONNRESET');
    assert.equal(received, 'hello');
  });

  it('cuts behind a text: the server does its work and the reply is lost', async () => {
    const trap = proxy.trap({
      direction: 'toServer',
      when: { pattern: 'COMMIT' },
      timing: 'after',
      then: 'cut',
    });
    const { socket, seen } = await dial();
    socket.write('INSERT; COM');
    await until('the first piece', () => received === 'INSERT; COM');
    socket.write('MIT;');
    await trap.sprung;
    await until('the cut', () => seen.error === 'ECONNRESET');
    await until('the rest', () => received === 'INSERT; COMMIT;');
    assert.ok(!seen.text.includes('MIT;'));
    const after = await dial();
    after.socket.write('COMMIT');
    await until('the trap to be gone', () => after.seen.text === 'got:COMMIT');
  });

  it('tells one text apart by what has passed before it on the same connection', async () => {
    const trap = proxy.trap({
      direction: 'toServer',
      when: { pattern: 'COMMIT', after: 'SAVED' },
      timing: 'before',
      then: 'cut',
    });
    const [one, other] = [await dial(), await dial()];
    other.socket.write('SAVED');
    await until('the first text', () => received === 'SAVED');
    one.socket.write('COMMIT');
    await until('the other connection', () => one.seen.text === 'got:COMMIT');
    other.socket.write('COMMIT');
    await trap.sprung;
    await until('the cut', () => other.seen.error === 'ECONNRESET');
    assert.equal(received, 'SAVEDCOMMIT');
  });

  it('holds one connection at the n-th text until it is released', async () => {
    const trap = proxy.trap({
      direction: 'toServer',
      when: { pattern: 'x', nth: 2 },
      timing: 'before',
      then: 'hold',
    });
    const [one, other] = [await dial(), await dial()];
    one.socket.write('x');
    await until('the first', () => one.seen.text === 'got:x');
    other.socket.write('xy');
    await trap.sprung;
    one.socket.write('z');
    await until('the other connection', () => one.seen.text === 'got:xgot:z');
    await sleep(A_WHILE_MS);
    assert.equal(other.seen.text, '');
    trap.release();
    await until('the held one', () => other.seen.text === 'got:xy');
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import { createDatabase } from '../../src/repositories/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

// When the server terminates a connection just as the pool hands it out, the transaction fails and
// not the process.

/** ReadyForQuery, outside a transaction: the last message when a connection is opened. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** ErrorResponse: an administrator terminates the session. */
function termination(): Buffer {
  const fields = [
    'SFATAL',
    'VFATAL',
    'C57P01',
    'Mterminating connection due to administrator command',
  ];
  const body = Buffer.from(`${fields.map((field) => `${field}\0`).join('')}\0`, 'latin1');
  const head = Buffer.alloc(5);
  head.write('E', 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

describe('a database that terminates a connection', () => {
  let real: TestDatabase;

  before(async () => {
    real = await createTestDatabase();
  });
  after(() => real.drop());

  it('right after opening it fails only the transaction', async () => {
    const { hostname, port } = new URL(real.url);
    let terminations = 0;
    const proxy = createServer((client) => {
      const server = connect(Number(port), hostname);
      client.pipe(server);
      server.on('data', (data) => {
        const isReady = terminations === 0 && data.subarray(-READY.length).equals(READY);
        if (!isReady) return void client.write(data);
        terminations += 1;
        // In one write, so that nothing else runs between the two messages.
        client.end(Buffer.concat([data, termination()]));
        server.destroy();
      });
      for (const socket of [client, server]) socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = new URL(real.url);
    url.hostname = '127.0.0.1';
    url.port = String((proxy.address() as AddressInfo).port);
    const database = createDatabase({ url: url.href, poolSize: 2 });
    try {
      await assert.rejects(database.transaction((tx) => tx.company.count()));
      assert.equal(terminations, 1);
      assert.equal(await database.transaction((tx) => tx.company.count()), 0);
    } finally {
      await database.close();
      proxy.close();
    }
  });
});

describe('a database that takes connections and answers nothing', () => {
  it('is not waited for once the pool is closed', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const connected = once(silent, 'connection');
    const database = createDatabase({ url: `postgresql://u:p@127.0.0.1:${port}/x`, poolSize: 1 });
    const asking = assert.rejects(database.currentTime());
    const [socket] = (await connected) as [Socket];
    const left = once(socket, 'close');
    const askedAt = performance.now();
    try {
      await database.close();
      await Promise.all([asking, left]);
      // Opening a connection has five seconds, of which nearly all are left: this did not wait for them.
      assert.ok(performance.now() - askedAt < 3_000);
    } finally {
      silent.close();
    }
  });
});

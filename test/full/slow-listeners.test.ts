// Slow listeners and slow readers of events cost the gateway little memory, those who leave cost it nothing, and none of
// them keeps it from ending.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';

import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { startEndlessStore, type EndlessStore } from '../support/endless-store.ts';
import { readEvents, type EventReader } from '../support/event-reader.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openRawConnection, type RawConnection } from '../support/raw-connection.ts';
import { waitFor } from '../support/wait-for.ts';
import { addCall } from '../api/archived-calls.ts';
import { addRow } from '../api/log-rows.ts';

const SIZE = 200_000_000;

// `docker stop` kills a process ten seconds after SIGTERM.
const ENDS_WITHIN_MS = 10_000;

describe('slow readers', () => {
  const stack = new AsyncDisposableStack();
  const sockets: Socket[] = [];
  const readers: EventReader[] = [];
  let testDatabase: TestDatabase;
  let database: Database;
  let store: EndlessStore;
  let gateway: OwnGateway;
  let callId: string;

  before(async () => {
    testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    database = createDatabase({ url: testDatabase.url, poolSize: 2 });
    stack.defer(() => database.close());
    store = await startEndlessStore(SIZE);
    stack.defer(() => store.close());
    gateway = await startOwnGateway(testDatabase.url, {
      RECORDINGS_BUCKET: 'bucket',
      STORAGE_API_ENDPOINT: store.url,
    });
    stack.defer(() => gateway.remove());
    callId = await addCall(database, '1.1', {
      recordingUrl: 'gs://bucket/call-recordings/1.1.wav',
      recordingGeneration: '1',
      mimeType: 'audio/wav',
    });
    await addCall(database, '1.2');
  });
  after(async () => {
    for (const reader of readers) reader.close();
    for (const socket of sockets) socket.destroy();
    await stack.disposeAsync();
  });

  /** A connection whose client reads the beginning of an answer and then stops. */
  async function openStalled(path: string): Promise<RawConnection> {
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const connection = await openRawConnection(gateway.port, request);
    sockets.push(connection.socket);
    await waitFor('the first bytes', async () => connection.received() !== '');
    connection.socket.pause();
    return connection;
  }

  async function untilQuiet(): Promise<number> {
    let last = -1;
    await waitFor('the store to be quiet', async () => {
      const isQuiet = store.sentBytes() === last;
      last = store.sentBytes();
      return isQuiet;
    });
    return last;
  }

  async function residentBytes(): Promise<number> {
    const { stdout } = await promisify(execFile)('ps', [
      '-o',
      'rss=',
      '-p',
      String(gateway.process.pid),
    ]);
    return Number(stdout) * 1024;
  }

  it('of a long recording hold some 100 kB each, and leave the rest in the store', async () => {
    // Code that runs for the first time takes memory too.
    const first = await openStalled('/calls/1.1/recording');
    await untilQuiet();
    first.socket.destroy();
    await waitFor('the store to be left', async () => store.open() === 0);
    const before = await residentBytes();
    const alreadySent = store.sentBytes();
    const listeners = await Promise.all(
      Array.from({ length: 5 }, () => openStalled('/calls/1.1/recording')),
    );
    await untilQuiet();
    const grown = (await residentBytes()) - before;
    // Without backpressure it would be a gigabyte. What the process itself holds varies by some 60 MB.
    assert.ok(grown < 150_000_000, `${grown} bytes more`);
    for (const { socket } of listeners) socket.destroy();
    await waitFor('the gateway to leave the store', async () => store.open() === 0);
    const sent = store.sentBytes() - alreadySent;
    assert.ok(sent < (5 * SIZE) / 2, `${sent} bytes sent`);
  });

  it('of events are sent no more than they take, hold up no other, and miss nothing once they read again', async () => {
    const stalled = await openStalled('/calls/1.1/events');
    const whole = readEvents(() => `${gateway.url}/calls/1.1/events`);
    readers.push(whole);
    // More than the network itself holds for somebody who does not read.
    const rows = Array.from({ length: 400 }, (_, index) => ({
      callId,
      status: 'LOG_INFO' as const,
      event: 'FETCH_FAILED',
      step: 'archiveRecording',
      attempt: index,
      runId: 'a run',
      activityId: '1',
      message: 'x'.repeat(60_000),
    }));
    const before = await residentBytes();
    await database.prisma.processingLog.createMany({ data: rows });
    await waitFor('the other reader to have all', async () => whole.seen.length >= 400);
    await addRow(database, callId, 'UPLOAD_SUCCESS');
    await waitFor('the last one', async () => whole.seen.length === 401);
    // The rows are read once for all and once for whoever is behind.
    const grown = (await residentBytes()) - before;
    assert.ok(grown < 250_000_000, `${grown} bytes more`);
    const idsOf = () =>
      [...stalled.received().matchAll(/^event: log\nid: (\S+)$/gm)].map(([, id]) => id);
    assert.ok(idsOf().length < 400);
    stalled.socket.resume();
    await waitFor('the rest', async () => idsOf().length >= 401);
    assert.deepEqual(
      idsOf(),
      whole.seen.map(({ id }) => id),
    );
  });

  it('do not keep the gateway from ending within ten seconds of SIGTERM: 20 streams of events, 5 listeners, half a request, and a request that is still answered', async () => {
    const streams = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        openRawConnection(
          gateway.port,
          `GET ${index % 2 === 0 ? '/events' : '/calls/1.2/events'} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
        ),
      ),
    );
    sockets.push(...streams.map(({ socket }) => socket));
    await waitFor('all streams', async () =>
      streams.every(({ received }) => received().includes('\nid: ')),
    );
    await Promise.all(Array.from({ length: 5 }, () => openStalled('/calls/1.1/recording')));
    const body = '{"from":"x"}';
    const running = await openRawConnection(
      gateway.port,
      `POST /calls/1.1/reprocess HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    const half = await openRawConnection(gateway.port, 'GET /healthz HTTP/1.1\r\nHost: loc');
    sockets.push(running.socket, half.socket);
    await waitFor('the store to be asked by all', async () => store.open() === 5);

    const startedAt = performance.now();
    const ended = gateway.process.stop();
    await Promise.all(streams.map(({ closed }) => closed));
    const streamsTook = performance.now() - startedAt;
    running.socket.write(body);
    const { code } = await ended;
    const took = performance.now() - startedAt;
    assert.equal(code, 0);
    assert.ok(took < ENDS_WITHIN_MS, `it took ${took} ms`);
    // They are not waited for, and end as whole answers, after which a browser comes back.
    assert.ok(streamsTook < 4_000, `the streams took ${streamsTook} ms`);
    for (const { received } of streams) assert.ok(received().endsWith('\r\n0\r\n\r\n'));
    assert.match(running.received(), /^HTTP\/1\.1 400 /);
    await waitFor('the store to be left', async () => store.open() === 0);
  });
});

// Whoever follows calls learns each step and each change of status once, and misses none: not when the stream breaks
// off, not at another gateway, and not when transactions become visible in another order than they began in.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { logEventData, callEventData } from '../../src/api/events/views.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { makeKey } from '../support/api-keys.ts';
import { readEvents, type EventReader, type SeenEvent } from '../support/event-reader.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openRawConnection } from '../support/raw-connection.ts';
import { waitFor } from '../support/wait-for.ts';
import { addCall } from './archived-calls.ts';
import { addRow } from './log-rows.ts';

describe('streams of events', () => {
  const stack = new AsyncDisposableStack();
  const key = makeKey('console', 'calls:read');
  const capped = makeKey('capped', 'calls:read');
  const starter = makeKey('starter', 'calls:start');
  const readers: EventReader[] = [];
  let testDatabase: TestDatabase;
  let database: Database;
  let gateway: OwnGateway;
  let other: OwnGateway;

  before(async () => {
    testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    database = createDatabase({ url: testDatabase.url, poolSize: 4 });
    stack.defer(() => database.close());
    const env = {
      API_KEYS: [key, capped, starter].map(({ entry }) => entry).join(','),
      EVENT_STREAMS_PER_KEY: '8',
    };
    [gateway, other] = await Promise.all([
      startOwnGateway(testDatabase.url, env),
      startOwnGateway(testDatabase.url, env),
    ]);
    stack.defer(() => gateway.remove());
    stack.defer(() => other.remove());
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close();
  });
  after(() => stack.disposeAsync());

  const bearer = { authorization: `Bearer ${key.key}` };

  function follow(path: string, headers = {}, at: () => OwnGateway = () => gateway): EventReader {
    const reader = readEvents(() => `${at().url}${path}`, { ...bearer, ...headers });
    readers.push(reader);
    return reader;
  }
  async function opened(reader: EventReader): Promise<EventReader> {
    await waitFor('the stream to be open', async () => reader.opened() > 0);
    return reader;
  }
  const messagesOf = ({ seen }: EventReader) =>
    seen.map(({ data }) => (data as { message: string }).message);
  const untilSeen = (reader: EventReader, count: number) =>
    waitFor(
      `${count} events`,
      async () => reader.seen.length >= count,
      undefined,
      async () => JSON.stringify(reader.seen),
    );

  it("gives a call's log from its first row on, then each row as it comes, each once", async () => {
    const callId = await addCall(database, '1.1');
    await addRow(database, callId, 'JOB_STARTED');
    const reader = follow('/calls/1.1/events');
    await untilSeen(reader, 1);
    await addRow(database, callId, 'FETCH_SUCCESS');
    await addRow(database, await addCall(database, '1.2'), 'FETCH_FAILED');
    await addRow(database, callId, 'UPLOAD_SUCCESS');
    await untilSeen(reader, 3);
    assert.deepEqual(messagesOf(reader), ['JOB_STARTED.', 'FETCH_SUCCESS.', 'UPLOAD_SUCCESS.']);
    for (const { name, data } of reader.seen) {
      assert.equal(name, 'log');
      assert.equal(logEventData.parse(data).call.callSid, '1.1');
    }
  });

  it('tells changes of status of all calls from now on, with how each call then stands, and nothing else about it', async () => {
    const callId = await addCall(database, '2.1', { externalPhoneNumber: '+441144960123' });
    await addRow(database, callId, 'JOB_STARTED');
    const reader = await opened(follow('/events'));
    await addRow(database, callId, 'FETCH_SUCCESS');
    await database.transaction(async (tx) => {
      const data = {
        callStatus: 'FAILED',
        failedStep: 'archiveRecording',
        failureCode: 'TIMEOUT',
      } as const;
      await tx.call.update({ where: { id: callId }, data });
      await addRow(database, callId, 'JOB_FAILED', { message: 'Words that stay here.', tx });
    });
    await untilSeen(reader, 1);
    // The second before counts as now.
    await waitFor('the failure', async () => JSON.stringify(reader.seen).includes('FAILED'));
    const event = reader.seen.at(-1);
    assert.equal(event?.name, 'call');
    const { call } = callEventData.parse(event.data);
    assert.deepEqual(call, {
      callSid: '2.1',
      status: 'FAILED',
      outcome: null,
      failure: { step: 'archiveRecording', code: 'TIMEOUT' },
    });
    assert.doesNotMatch(JSON.stringify(reader.seen), /FETCH|Words|1144960123/);
  });

  it('loses no row of a transaction that began earlier and commits later, and tells none twice', async () => {
    const callId = await addCall(database, '3.1');
    const reader = await opened(follow('/calls/3.1/events'));
    const held = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const slow = database.transaction(async (tx) => {
      await addRow(database, callId, 'FETCH_SUCCESS', { tx });
      written.resolve();
      await held.promise;
    });
    await written.promise;
    await addRow(database, callId, 'UPLOAD_SUCCESS');
    // Two looks go by; one more stream begins meanwhile, and this one goes on elsewhere.
    const later = await opened(follow('/calls/3.1/events', {}, () => other));
    const deadline = performance.now() + 2_500;
    await waitFor('two looks', async () => performance.now() > deadline);
    held.resolve();
    await slow;
    await Promise.all([untilSeen(reader, 2), untilSeen(later, 2)]);
    for (const each of [reader, later]) {
      assert.deepEqual(messagesOf(each), ['FETCH_SUCCESS.', 'UPLOAD_SUCCESS.']);
    }
  });

  it('goes on behind the last id, at whichever gateway, also behind an event in the middle of a transaction', async () => {
    const callId = await addCall(database, '4.1');
    await database.transaction(async (tx) => {
      for (const message of ['a', 'b', 'c']) {
        await addRow(database, callId, 'FETCH_SUCCESS', { message, tx });
      }
    });
    const first = follow('/calls/4.1/events');
    await untilSeen(first, 3);
    for (const [index, { id }] of [...first.seen].entries()) {
      const resumed = await opened(
        follow('/calls/4.1/events', { 'last-event-id': id }, () => other),
      );
      await addRow(database, callId, 'UPLOAD_SUCCESS', { message: `after ${index}` });
      await untilSeen(resumed, 3);
      const all = messagesOf(resumed);
      resumed.close();
      const expected = ['a', 'b', 'c', 'after 0', 'after 1', 'after 2'].slice(index + 1, index + 4);
      assert.deepEqual(all, expected);
    }
  });

  it('loses and repeats nothing of fifty calls for a reader who comes back again and again, to both gateways in turn', async () => {
    const ids = await Promise.all(
      Array.from({ length: 50 }, (_, index) => addCall(database, `5.${index}`)),
    );
    const whole = await opened(follow('/events'));
    await addRow(database, await addCall(database, '5.first'), 'JOB_STARTED');
    await waitFor('the first', async () => JSON.stringify(whole.seen).includes('5.first'));
    const begin = whole.seen.length - 1;
    const seen: SeenEvent[] = whole.seen.slice(begin, begin + 1);
    let isWritten = false;
    const writing = Promise.all(
      ids.map((id, index) =>
        database.transaction(async (tx) => {
          await addRow(database, id, 'JOB_STARTED', { tx });
          // Transactions that overlap, and end in another order than they began in.
          await tx.$executeRaw`SELECT pg_sleep(${((index * 7) % 10) / 20})`;
          await addRow(database, id, 'JOB_COMPLETED', { tx });
        }),
      ),
    ).finally(() => (isWritten = true));
    for (let turn = 0; !isWritten || seen.length < 101; turn += 1) {
      const at = turn % 2 === 0 ? other : gateway;
      const headers = { 'last-event-id': seen.at(-1)?.id ?? '' };
      const reader = await opened(follow('/events', headers, () => at));
      await sleep(300);
      reader.close();
      seen.push(...reader.seen);
    }
    await writing;
    const idsOf = (events: readonly SeenEvent[]) => events.map(({ id }) => id);
    await untilSeen(whole, begin + 101);
    assert.equal(new Set(idsOf(whole.seen)).size, whole.seen.length);
    assert.deepEqual(idsOf(seen), idsOf(whole.seen.slice(begin)));
  });

  it('is kept open, is told not to be buffered or stored, and gives an id before the first event', async () => {
    const { socket, received } = await openRawConnection(
      gateway.port,
      `GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key.key}\r\n\r\n`,
    );
    try {
      await waitFor('an id', async () => /\nid: \d+\.\d+\.[0-9a-f-]{36}\n\n/.test(received()));
      const head = (received().split('\r\n\r\n')[0] ?? '').toLowerCase();
      assert.match(head, /^http\/1\.1 200/);
      for (const line of [
        'content-type: text/event-stream; charset=utf-8',
        'cache-control: no-store',
        'x-accel-buffering: no',
        'x-content-type-options: nosniff',
      ]) {
        assert.ok(head.includes(line), line);
      }
      assert.match(received(), /\nretry: 3000\n\n/);
    } finally {
      socket.destroy();
    }
  });

  it('answers 400 to an id that is none of ours', async () => {
    for (const id of ['1', 'x', '1.2.3', "1.1.' OR 1=1", '9'.repeat(500), `-1.0.${NIL}`]) {
      const response = await fetch(`${gateway.url}/events`, {
        headers: { ...bearer, 'last-event-id': id },
      });
      assert.equal(response.status, 400, id);
      assert.match(await response.text(), /Last-Event-ID/);
    }
  });

  it('says that a page has to be loaded anew for an id that is older than a day or from another database', async () => {
    const { transactionId } = { transactionId: '999999999999' };
    const long = Date.now() - 25 * 60 * 60_000;
    for (const [id, reason] of [
      [`1.${long}.${NIL}`, 'tooOld'],
      [`${transactionId}.${Date.now()}.${NIL}`, 'unknown'],
    ] as const) {
      const reader = follow('/events', { 'last-event-id': id });
      await untilSeen(reader, 1);
      assert.deepEqual(reader.seen[0]?.data, { reason });
      assert.equal(reader.seen[0]?.name, 'reload');
      // From there on it is a stream like any other.
      await addRow(database, await addCall(database, `8.${reason}`), 'JOB_STARTED');
      await untilSeen(reader, 2);
    }
  });

  it('lets a key have only so many streams, names the limit, and counts those that ended no more', async () => {
    const headers = { authorization: `Bearer ${capped.key}` };
    const streams = await Promise.all(
      Array.from({ length: 8 }, () => opened(follow('/events', headers))),
    );
    const refused = await fetch(`${gateway.url}/events`, { headers });
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '5');
    assert.match(await refused.text(), /EVENT_STREAMS_PER_KEY is reached: 8 /);
    streams[0]?.close();
    await waitFor('a free place', async () => {
      const { status, body } = await fetch(`${gateway.url}/events`, { headers });
      await body?.cancel();
      return status === 200;
    });
  });

  it('wants a key that may read calls, a known call and no parameters; HEAD is not answered', async () => {
    const ask = (path: string, headers = {}, method = 'GET') =>
      fetch(`${gateway.url}${path}`, { method, headers: { ...bearer, ...headers } });
    const startOnly = { authorization: `Bearer ${starter.key}` };
    for (const [path, headers, status] of [
      ['/events', { authorization: '' }, 401],
      ['/calls/1.1/events', startOnly, 403],
      ['/calls/..1/events', {}, 400],
      ['/events?lastEventId=1', {}, 400],
    ] as const) {
      assert.equal((await ask(path, headers)).status, status, path);
    }
    assert.equal((await ask('/events', {}, 'HEAD')).status, 404);
  });
});

const NIL = '00000000-0000-0000-0000-000000000000';

// Somebody who opens a stream of events and takes nothing of it does not keep a place for ever.
import assert from 'node:assert/strict';

import { createDatabase } from '../../src/repositories/database.ts';
import { addCall } from '../api/archived-calls.ts';
import { addRow } from '../api/log-rows.ts';
import { startOwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { openRawConnection } from '../support/raw-connection.ts';
import { waitFor } from '../support/wait-for.ts';

// Two signs of life, fifteen seconds apart, and room for a busy machine.
const CUT_OFF_WITHIN_MS = 60_000;

describe('a reader of events that takes nothing', function () {
  this.timeout(180_000);

  const stack = new AsyncDisposableStack();
  after(() => stack.disposeAsync());

  it('is cut off, and gives its place to others; a reader who waits for events is not', async () => {
    const testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    const database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    stack.defer(() => database.close());
    const callId = await addCall(database, '1.1');
    // More than the network itself holds for somebody who does not read.
    for (let index = 0; index < 40; index += 1) {
      await addRow(database, callId, 'FETCH_FAILED', { message: 'x'.repeat(1_000_000) });
    }
    const gateway = await startOwnGateway(testDatabase.url, { EVENT_STREAMS_PER_KEY: '2' });
    stack.defer(() => gateway.remove());
    const open = async (path: string) => {
      const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      const connection = await openRawConnection(gateway.port, request);
      stack.defer(() => void connection.socket.destroy());
      await waitFor('the first bytes', async () => connection.received() !== '');
      return connection;
    };
    const waiting = await open('/events');
    const stalled = await open('/calls/1.1/events');
    stalled.socket.pause();
    const statusNow = async () => {
      const { status, body } = await fetch(`${gateway.url}/events`);
      await body?.cancel();
      return status;
    };
    assert.equal(await statusNow(), 429);
    await waitFor('a place', async () => (await statusNow()) === 200, CUT_OFF_WITHIN_MS);
    assert.match(waiting.received(), /\n: keep-alive\nid: \d/);
    assert.equal(waiting.socket.destroyed, false);
  });
});

// A client that stops reading does not keep its connection to the gateway for ever.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { createDatabase } from '../../src/repositories/database.ts';
import { addLongTranscript, openUnread, TRANSCRIPT_LENGTH } from '../api/long-answer.ts';
import { startOwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase } from '../support/postgres.ts';

// Twice the gateway's thirty seconds, and room for a busy machine.
const CUT_OFF_WITHIN_MS = 75_000;

describe('a client of the gateway that stops reading', function () {
  this.timeout(180_000);

  const stack = new AsyncDisposableStack();
  after(() => stack.disposeAsync());

  it('is cut off', async () => {
    const testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    const database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    stack.defer(() => database.close());
    await addLongTranscript(database, '1.1');
    const gateway = await startOwnGateway(testDatabase.url);
    stack.defer(() => gateway.remove());

    const unread = await openUnread(gateway.port, '1.1');
    await sleep(CUT_OFF_WITHIN_MS);
    // What had arrived by then can still be read; the rest never comes.
    unread.socket.resume();
    await unread.closed;
    assert.ok(unread.received().length < TRANSCRIPT_LENGTH);
  });
});

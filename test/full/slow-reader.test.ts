// A client that stops reading does not keep its connection to the gateway for ever.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { createDatabase } from '../../src/repositories/database.ts';
import { addLongTranscript, openUnread, TRANSCRIPT_LENGTH } from '../api/long-answer.ts';
import { startLoneProcess } from '../support/own-process.ts';
import { createTestDatabase } from '../support/postgres.ts';

// Twice the gateway's thirty seconds, and some room.
const CUT_OFF_WITHIN_MS = 65_000;

describe('a client of the gateway that stops reading', () => {
  const stack = new AsyncDisposableStack();
  after(() => stack.disposeAsync());

  it('is cut off within a minute', async () => {
    const testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    const database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    stack.defer(() => database.close());
    await addLongTranscript(database, '1.1');
    const { process, match } = await startLoneProcess({
      script: 'src/server.ts',
      env: { DATABASE_URL: testDatabase.url, TEMPORAL_ADDRESS: '127.0.0.1:1', PORT: '0' },
      ready: /Server listening at http:\/\/127\.0\.0\.1:(\d+)/,
    });
    stack.defer(() => process.kill());

    const unread = await openUnread(Number(match[1]), '1.1');
    await sleep(CUT_OFF_WITHIN_MS);
    // What had arrived by then can still be read; the rest never comes.
    unread.socket.resume();
    await unread.closed;
    assert.ok(unread.received().length < TRANSCRIPT_LENGTH);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { Client, Connection } from '@temporalio/client';

import { createCallRuns } from '../../../src/clients/temporal/call-runs.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';

// Of the five seconds that others wait, far less, and far more than a busy machine needs for a timer.
const SOON_MS = 3_000;

describe('whoever reads a call while Temporal is away', () => {
  let connection: Connection;

  before(async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    // Nobody listens there any more, so it refuses.
    server.close();
    connection = Connection.lazy({ address: `127.0.0.1:${port}` });
  });
  after(() => connection.close());

  it('is told so within a second, and at once while it was away a moment ago', async () => {
    const runs = createCallRuns(new Client({ connection }));
    const timed = async () => {
      const began = performance.now();
      await assert.rejects(
        runs.look('1.1'),
        (error) => error instanceof ServiceError && error.code === 'TEMPORAL_UNAVAILABLE',
      );
      return performance.now() - began;
    };
    const first = await timed();
    const again = await Promise.all([timed(), timed(), timed()]);
    assert.ok(first < SOON_MS, `${first} ms`);
    assert.ok(Math.max(...again) < first / 2, `${again.join(', ')} after ${first} ms`);
  });
});

// Guarantees that a step that waits long for another system says so in the worker's log, and stops saying it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';

import { sayWhenSlow } from '../../src/activities/step/say-when-slow.ts';

describe('a step that waits', () => {
  it('says again and again what a step waits for, until the answer is there', async () => {
    const asked = Promise.withResolvers<void>();
    const server = createServer((_, response) => {
      void asked.promise.then(() => response.end('at last'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const entries: LogEntry[] = [];
    const logger = new DefaultLogger('WARN', (entry) => {
      entries.push(entry);
      if (entries.length === 2) asked.resolve();
    });
    try {
      const { port } = server.address() as AddressInfo;
      const ask = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
      const environment = new MockActivityEnvironment({}, { logger });
      const answer = await environment.run(() => sayWhenSlow('the model', ask, 50));
      assert.equal(answer, 'at last');
      const said = entries.length;
      await sleep(200);
      assert.equal(entries.length, said, 'nothing is said once the answer is there');
      assert.equal(entries[0]?.message, 'Still waiting for the model.');
      assert.equal(typeof entries[0]?.meta?.['seconds'], 'number');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

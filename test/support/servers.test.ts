// The servers that tests share come up on demand, ready to use, and leave nothing behind.
import assert from 'node:assert/strict';

import { Client, Connection } from '@temporalio/client';

import { runOn } from '../../prisma/engine/create-database.ts';
import { createTestDatabase } from './postgres.ts';
import { startTemporal, startTimeSkipping } from './temporal.ts';

describe('servers for tests', () => {
  it('gives each caller an empty migrated database of its own and drops it', async () => {
    const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    assert.notEqual(first.url, second.url);
    await runOn(first.url, (client) =>
      client.query(
        `INSERT INTO "Company" (id, "connectwiseId", name, "updatedAt") VALUES (gen_random_uuid(), '1', 'A', now())`,
      ),
    );
    const { rows } = await runOn(second.url, (client) => client.query('SELECT * FROM "Company"'));
    assert.deepEqual(rows, []);
    await Promise.all([first.drop(), second.drop()]);
    await assert.rejects(
      runOn(first.url, async () => undefined),
      { code: '3D000' },
    );
  });

  it('gives a Temporal server that accepts our search attributes', async () => {
    const { address } = await startTemporal();
    const connection = await Connection.connect({ address });
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: 'default',
      });
      assert.ok('CallStatus' in customAttributes);
      await new Client({ connection }).workflow.start('Nothing', {
        taskQueue: 'nobody-listens',
        workflowId: 'servers-test',
        searchAttributes: { CallStatus: ['PROCESSING'] },
      });
    } finally {
      await connection.close();
    }
  });

  it('gives a server on which a day passes in no time', async () => {
    const environment = await startTimeSkipping();
    try {
      const before = await environment.currentTimeMs();
      await environment.sleep('1 day');
      assert.ok((await environment.currentTimeMs()) - before >= 24 * 60 * 60 * 1000);
    } finally {
      await environment.teardown();
    }
  });
});

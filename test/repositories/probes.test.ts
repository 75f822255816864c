// The probe of the clock compares this machine's with the database's, which all processes share.
import assert from 'node:assert/strict';

import { createDatabaseProbes } from '../../src/repositories/probes.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

describe('the probe of the clock', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 1 });
  });
  after(async () => {
    await database.close();
    await testDatabase.drop();
  });

  /** What the probe finds of a database whose clock is so far ahead of the real one. */
  const findingAt = (aheadSeconds: number) =>
    createDatabaseProbes({
      ...database,
      currentTime: async () =>
        new Date((await database.currentTime()).getTime() + aheadSeconds * 1_000),
    }).clock();

  it('is ok up to a minute, in either direction', async () => {
    for (const seconds of [0, 55, -55]) {
      assert.deepEqual(await findingAt(seconds), { state: 'ok', reason: null });
    }
  });

  it('says beyond that which clock is ahead, and by how much', async () => {
    assert.deepEqual(await findingAt(-90), {
      state: 'failing',
      reason:
        'The clock of this machine is 90 seconds ahead of that of the database. Let a time service such as chrony keep both.',
    });
    assert.match(String((await findingAt(90)).reason), /90 seconds behind that of the database/);
  });
});

// The committed migrations create exactly the database that schema.prisma describes.
import assert from 'node:assert/strict';

import { differenceToMigrations, differenceToSchema } from '../../prisma/engine/difference.ts';
import { readSchema } from '../../prisma/engine/files.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { createTestDatabase, testPostgres } from '../support/postgres.ts';

describe('schema.prisma and the migrations', () => {
  it('agree', async () => {
    const { url, drop } = await createTestDatabase();
    try {
      assert.equal(await differenceToSchema(url), null, 'run: npm run db:migration -- <name>');
    } finally {
      await drop();
    }
  });

  it('differ when the schema has a column that the migrations lack', async () => {
    const { url } = await testPostgres();
    const schema = await readSchema();
    const drifted = {
      files: schema.files.map(({ path, content }) => ({
        path,
        content: content.replace('model Company {', 'model Company {\n  drift String?'),
      })),
    };
    const sql = await differenceToMigrations(url('postgres'), { schema: drifted });
    assert.match(sql ?? '', /ALTER TABLE "Company" ADD COLUMN\s+"drift" TEXT/);
  });

  it('differ when the database has lost an index, a default or a NOT NULL', async () => {
    for (const [change, expected] of [
      ['DROP INDEX "Company_connectwiseId_key"', /CREATE UNIQUE INDEX "Company_connectwiseId_key"/],
      ['ALTER TABLE "Company" ALTER COLUMN name DROP NOT NULL', /ALTER COLUMN "name" SET NOT NULL/],
      [
        'ALTER TABLE "Company" ALTER COLUMN "createdAt" DROP DEFAULT',
        /ALTER COLUMN "createdAt" SET DEFAULT/,
      ],
    ] as const) {
      const { url, drop } = await createTestDatabase();
      try {
        await runOn(url, (client) => client.query(change));
        assert.match((await differenceToSchema(url)) ?? '', expected, change);
      } finally {
        await drop();
      }
    }
  });
});

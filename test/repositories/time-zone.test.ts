// Guarantees that every time is right, whatever zone and date style the server, the database, the role or this process has.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer, connect, type AddressInfo } from 'node:net';

import pg from 'pg';

import { runOn } from '../../prisma/engine/create-database.ts';
import { createCallRepository } from '../../src/repositories/call-repository.ts';
import { toDatabaseError } from '../../src/repositories/database-error.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { createProcessingLogRepository } from '../../src/repositories/processing-log-repository.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { DATABASE_ZONE, PROCESS_ZONE } from '../support/zones.ts';

const RECORDED_AT = new Date('2026-03-02T09:30:20.125Z');

/** What "now" may differ by on a busy machine; the nearest zone is a quarter of an hour away. */
const SECONDS = 60_000;

describe('times', () => {
  let testDatabase: TestDatabase;
  beforeEach(async () => {
    testDatabase = await createTestDatabase();
  });
  afterEach(() => testDatabase.drop());

  it('of tests are kept apart: neither this process nor the database is in UTC', async () => {
    assert.equal(process.env['TZ'], PROCESS_ZONE);
    assert.equal(new Date('2026-03-02').getTimezoneOffset(), -(5 * 60 + 45));
    const zone = await runOn(testDatabase.url, async () => {
      // Without what the service asks of its sessions.
      const plain = new pg.Client({ connectionString: testDatabase.url });
      await plain.connect();
      const { rows } = await plain.query('SHOW timezone');
      await plain.end();
      return rows[0].TimeZone;
    });
    assert.equal(zone, DATABASE_ZONE);
  });

  const nameOf = (url: string) => pg.escapeIdentifier(new URL(url).pathname.slice(1));
  const CHANGES: Readonly<Record<string, (url: string) => string>> = {
    'a server in New York': () => 'SELECT 1',
    'a database in Kolkata': (url) => `ALTER DATABASE ${nameOf(url)} SET timezone = 'Asia/Kolkata'`,
    'a role in Chatham': (url) =>
      `ALTER ROLE postgres IN DATABASE ${nameOf(url)} SET timezone = 'Pacific/Chatham'`,
    'a database with German dates': (url) =>
      `ALTER DATABASE ${nameOf(url)} SET datestyle = 'German, DMY'`,
  };
  for (const [where, change] of Object.entries(CHANGES)) {
    it(`are the same in the service and in the tables: ${where}`, async () => {
      const { url } = testDatabase;
      await runOn(url, (client) => client.query(change(url)));
      const database = createDatabase({ url, poolSize: 2 });
      try {
        const calls = createCallRepository(database.prisma);
        const isNow = (time: Date | null | undefined) =>
          assert.ok(
            Math.abs((time?.getTime() ?? 0) - Date.now()) < SECONDS,
            `${time?.toISOString()}`,
          );
        isNow(await database.currentTime());

        const call = await database.transaction((tx) =>
          calls.create(
            {
              callSid: randomUUID(),
              callStatus: 'PROCESSING',
              startTime: new Date(),
              recordedAt: RECORDED_AT,
              recordgroup: '1',
              recordid: '2',
              runId: 'run',
              transition: 1n,
            },
            tx,
          ),
        );
        const read = await calls.findByCallSid(call.callSid);
        assert.deepEqual(read?.recordedAt, RECORDED_AT);
        for (const time of [read?.startTime, read?.createdAt, read?.updatedAt]) isNow(time);
        const found = await database.prisma.call.count({
          where: { id: call.id, recordedAt: { gte: RECORDED_AT, lte: RECORDED_AT } },
        });
        assert.equal(found, 1);

        const log = createProcessingLogRepository(database.prisma);
        await log.add([
          {
            callId: call.id,
            status: 'LOG_INFO',
            message: 'begun',
            event: 'JOB_STARTED',
            step: 'openCall',
            attempt: 0,
            runId: 'run',
            activityId: '1',
          },
        ]);
        const [row] = await log.listByCall(call.id);
        isNow(row?.createdAt);

        // What others read in the tables.
        const { rows } = await runOn(url, (client) =>
          client.query(
            `SELECT extract(epoch FROM "recordedAt")::float8 AS "recordedAt",
                    abs(extract(epoch FROM clock_timestamp() - "startTime"))::float8 AS "startedAgo"
             FROM "Call"`,
          ),
        );
        assert.equal(rows[0].recordedAt, RECORDED_AT.getTime() / 1000);
        assert.ok(rows[0].startedAgo * 1000 < SECONDS);
      } finally {
        await database.close();
      }
    });
  }

  it('are not read where something in front of the database ignores the zone: the code says so', async () => {
    const { hostname, port } = new URL(testDatabase.url);
    // As some poolers do: the parameters of the opening go no further.
    const forgetful = createServer((client) => {
      const server = connect(Number(port), hostname);
      client.once('data', (opening) => {
        const shortened = Buffer.from(
          opening.toString('latin1').replace(/TimeZone\0UTC\0/, ''),
          'latin1',
        );
        shortened.writeInt32BE(shortened.length, 0);
        server.write(shortened);
        client.pipe(server).pipe(client);
      });
      for (const socket of [client, server]) socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => forgetful.listen(0, '127.0.0.1', resolve));
    const url = new URL(testDatabase.url);
    url.port = String((forgetful.address() as AddressInfo).port);
    const database = createDatabase({ url: url.href, poolSize: 1 });
    try {
      for (const request of [
        () => database.prisma.call.count(),
        () => database.transaction((tx) => tx.call.count()),
      ]) {
        const error: unknown = await request().catch((reason: unknown) => reason);
        const { code } = toDatabaseError(error) ?? (error as { code?: string });
        assert.equal(code, 'DATABASE_POOLER_UNSUITABLE', String(error));
      }
    } finally {
      await database.close();
      forgetful.close();
    }
  });
});

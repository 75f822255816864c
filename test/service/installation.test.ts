// Guarantees that calls come out right in a database that has another zone, shares its server with others by a schema, and is reached through a pooler.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import pg from 'pg';
import { z } from 'zod';

import { migrate } from '../../prisma/engine/apply.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { submit } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startPgbouncer, type Pooler } from '../support/pgbouncer.ts';
import { startService, type Service } from '../support/service.ts';
import { skipWithout } from '../support/skip-without.ts';

const fieldFile = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../field/${name}`, import.meta.url), 'utf8'));

/** What "now" may differ by on a busy machine; the nearest zone is a quarter of an hour away. */
const SECONDS = 120_000;

describe('an installation behind a pooler, in a schema, in another zone', () => {
  let service: Service;
  let pooler: Pooler;
  /** Past the pooler, as others read it. */
  let direct: string;

  before(async function () {
    await skipWithout(this, 'pgbouncer');
    const { input: shared } = z
      .object({ input: z.object({ commands: z.array(z.string()) }) })
      .parse(await fieldFile('12-schema-in-the-url.json'));
    const { input } = z
      .object({ input: z.object({ before: z.string() }) })
      .parse(await fieldFile('14-database-in-another-zone.json'));
    service = await startService({
      async prepareDatabase(url) {
        direct = url;
        const name = pg.escapeIdentifier(new URL(url).pathname.slice(1));
        await runOn(url, async (client) => {
          await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
          await client.query('CREATE TABLE public."Call" (theirs int)');
          await client.query(shared.commands[0] ?? '');
          await client.query(input.before.replace('calls', name));
        });
        await migrate(`${url}?schema=intake`);
        pooler = await startPgbouncer(url);
        return `${pooler.through(url)}?pgbouncer=true&schema=intake`;
      },
    });
  });
  after(async () => {
    await service?.stop();
    await pooler?.stop();
  });

  it('refuses what a pooler refuses, and what it accepts is enough', async () => {
    const { input } = z
      .object({ input: z.object({ answerOfThePooler: z.string(), accepted: z.array(z.string()) }) })
      .parse(await fieldFile('13-behind-a-pooler.json'));
    const client = new pg.Client({
      connectionString: pooler.through(direct),
      lock_timeout: 1_000,
    });
    await assert.rejects(client.connect(), (error: pg.DatabaseError) => {
      assert.ok(input.answerOfThePooler.includes(String(error.code)));
      return error.message === 'unsupported startup parameter: lock_timeout';
    });
    assert.ok(input.accepted.includes('timezone') && input.accepted.includes('datestyle'));
  });

  it('completes a call with every time right, in the replies and in the tables', async () => {
    const { expected } = z
      .object({ expected: z.object({ recordedAt: z.string() }) })
      .parse(await fieldFile('14-database-in-another-zone.json'));
    const seconds = Date.parse(expected.recordedAt) / 1000;
    const key = { callSid: `${seconds}.14`, recordgroup: '100', recordid: '14' };
    const { callSid, ...place } = key;
    await service.sandbox.addRecording({
      ...place,
      callRecordingId: callSid,
      audio: { generate: { kind: 'noise', seconds: 1 } },
      metadata: { snumber: '+442079460101', cnumber: '+442079460000', start: seconds },
      transcript: 'Hello, the printer is broken again.',
    });
    await submit(service, key);
    const call = await untilStatus(service, callSid, 'COMPLETED');
    assert.equal(call['recordedAt'], expected.recordedAt);
    const isNow = (time: unknown) =>
      assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < SECONDS, String(time));
    for (const time of [call['startTime'], call['endTime']]) isNow(time);
    const { body } = await service.request('GET', `/calls/${callSid}/log`);
    const entries = z.array(z.object({ at: z.string() })).parse(body['entries']);
    assert.ok(entries.length > 5);
    for (const { at } of entries) isNow(at);

    const { rows } = await runOn(direct, (client) =>
      client.query(
        `SELECT extract(epoch FROM "recordedAt")::float8 AS "recordedAt",
                abs(extract(epoch FROM clock_timestamp() - "startTime"))::float8 AS "startedAgo"
         FROM intake."Call" WHERE "callSid" = $1`,
        [callSid],
      ),
    );
    assert.equal(rows[0].recordedAt, seconds);
    assert.ok(rows[0].startedAgo * 1000 < SECONDS);
  });

  it('puts no table and no row beside those of others', async () => {
    const { rows } = await runOn(direct, (client) =>
      client.query(`SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'public'`),
    );
    assert.deepEqual(rows, [{ schemaname: 'public', tablename: 'Call' }]);
    const theirs = await runOn(direct, (client) => client.query('SELECT * FROM public."Call"'));
    assert.equal(theirs.rowCount, 0);
  });
});

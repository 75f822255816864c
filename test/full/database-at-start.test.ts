// Guarantees what a gateway, a worker and a migration say of the database when they start, and which of them goes on.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { startKeeper } from '../../local/process/keeper.ts';
import { migrate } from '../../prisma/engine/apply.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { Prisma } from '../../src/generated/prisma/client.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { makeAuthority, makeCertificate } from '../support/certificates.ts';
import { lastWordsOf, startOwnProcess, type ProcessHome } from '../support/own-process.ts';
import { OUTSIDE_NOWHERE } from '../support/outside-nowhere.ts';
import { switchTlsOff, switchTlsOn } from '../support/postgres-tls.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { gatewayOf, workerOf } from '../support/rig.ts';
import { skipWithout } from '../support/skip-without.ts';
import { startTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';

const PASSWORD = 'not-the-password';

/** What a process logged or printed of the database at its start; what it finds later is about a dependency. */
const linesAbout = (output: string) =>
  output
    .split('\n')
    .filter((line) => line.includes('The database') && !line.includes('"dependency":'));

describe('a database that a process finds when it starts', () => {
  let migrated: TestDatabase;
  let home: ProcessHome;
  let silent: Server;
  const sockets = new Set<Socket>();
  let count = 0;

  before(async () => {
    migrated = await createTestDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-at-start-'));
    home = { folder, keeper: startKeeper() };
    // Takes connections and answers nothing, as a host behind a firewall does.
    silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    home.keeper.close();
    await rm(home.folder, { recursive: true, force: true });
    await migrated.drop();
  });

  const changed = (change: Partial<URL>) => Object.assign(new URL(migrated.url), change).href;
  const nowhere = () => changed({ pathname: `/nowhere_${randomUUID()}` });

  const workerEnvironment = async (url: string) => {
    const { address } = await startTemporal();
    const { script, env } = await workerOf({
      ...OUTSIDE_NOWHERE,
      DATABASE_URL: url,
      TEMPORAL_ADDRESS: address,
      TASK_QUEUE: `at-start-${randomUUID()}`,
    });
    return { script, env };
  };

  /** Starts a worker and waits until it has said this. */
  async function worker(url: string, ready: RegExp) {
    const options = { ...(await workerEnvironment(url)), ready };
    return (await startOwnProcess(`worker-${(count += 1)}`, options, home)).process;
  }

  async function gateway(url: string) {
    const options = gatewayOf({ DATABASE_URL: url, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const started = await startOwnProcess(`gateway-${(count += 1)}`, options, home);
    return { process: started.process, url: started.match[1] ?? '' };
  }

  /** What only another DATABASE_URL mends: the worker and the migration end, the gateway serves. */
  function itIsAFault(what: string, url: () => string, code: string, remedy: RegExp): void {
    it(`ends a worker and a migration, with code and remedy: ${what}`, async () => {
      const { script, env } = await workerEnvironment(url());
      const words = [
        await lastWordsOf(script, env),
        await lastWordsOf('prisma/migrate.ts', { DATABASE_URL: url() }),
      ];
      for (const said of words) {
        const [line = '', ...others] = linesAbout(said);
        assert.deepEqual(others, [], said);
        assert.match(line, new RegExp(`^The database .*\\(${code}\\)`));
        assert.match(line, remedy);
        assert.doesNotMatch(said, new RegExp(`${PASSWORD}|\\n {4}at `));
      }
      assert.doesNotMatch(words[0] ?? '', /takes calls/);
    });

    it(`is told by a gateway, which serves: ${what}`, async () => {
      const { process, url: at } = await gateway(url());
      await waitFor('the line', async () => linesAbout(process.output()).length > 0);
      assert.match(process.output(), new RegExp(`"severity":"ERROR"[^\\n]*${code}`));
      assert.match(process.output(), remedy);
      assert.equal((await fetch(`${at}/healthz`)).status, 200);
      assert.equal((await process.stop()).code, 0);
    });
  }

  itIsAFault(
    'a refused password',
    () => changed({ password: PASSWORD }),
    'DATABASE_CREDENTIALS_REFUSED',
    /Correct DATABASE_URL/,
  );

  describe('with a certificate of an authority that nobody knows', () => {
    let folder: string | undefined;
    before(async function () {
      await skipWithout(this, 'openssl');
      folder = await mkdtemp(join(tmpdir(), 'call-processing-tls-'));
      const authority = await makeAuthority(folder, 'provider');
      const server = await makeCertificate(folder, 'localhost', authority);
      await switchTlsOn(migrated.url, server, authority);
    });
    after(async () => {
      if (folder === undefined) return;
      await switchTlsOff(migrated.url);
      await rm(folder, { recursive: true, force: true });
    });
    itIsAFault(
      'an untrusted certificate',
      () => changed({ hostname: 'localhost', search: '?sslmode=require' }),
      'DATABASE_CERTIFICATE_UNTRUSTED',
      /Add sslrootcert=/,
    );
  });

  const OUTDATED: readonly (readonly [string, () => Promise<string>])[] = [
    ['a database that does not exist', async () => nowhere()],
    [
      'a database without the last migration',
      async () => {
        const { url } = await createTestDatabase();
        await runOn(url, (client) =>
          client.query('ALTER TABLE "Call" RENAME COLUMN "waitingSince" TO "later"'),
        );
        return url;
      },
    ],
  ];
  const mend = async (url: string) => {
    const { applied } = await migrate(url);
    if (applied.length > 0) return;
    await runOn(url, (client) =>
      client.query('ALTER TABLE "Call" RENAME COLUMN "later" TO "waitingSince"'),
    );
  };

  for (const [what, make] of OUTDATED) {
    it(`makes a worker wait, loudly and once, until the migration has run: ${what}`, async () => {
      const url = await make();
      const waiting = await worker(url, /DATABASE_SCHEMA_OUTDATED/);
      assert.match(waiting.output(), /"severity":"ERROR"[^\n]*Run npm run db:migrate/);
      assert.doesNotMatch(waiting.output(), /takes calls\./);
      await mend(url);
      await waitFor('the worker', async () => /The worker takes calls/.test(waiting.output()));
      assert.equal(linesAbout(waiting.output()).length, 1);
      assert.equal((await waiting.stop()).code, 0);
    });

    it(`is told by a gateway, which serves, and which tells that the migration has run: ${what}`, async () => {
      const url = await make();
      const { process, url: at } = await gateway(url);
      await waitFor('the line', async () =>
        /"severity":"ERROR"[^\n]*DATABASE_SCHEMA_OUTDATED[^\n]*Run npm run db:migrate/.test(
          process.output(),
        ),
      );
      assert.equal((await fetch(`${at}/healthz`)).status, 200);
      await mend(url);
      await waitFor('the all-clear', async () => /can be used\./.test(process.output()));
      // Whoever looks in the middle of a migration may meet its locks; nothing is told twice in a row.
      const told = linesAbout(process.output()).map((line) => /DATABASE_\w+/.exec(line)?.[0]);
      assert.equal(told.at(-1), undefined, 'the all-clear comes last');
      const isTwice = told.slice(1).some((code, index) => code === told[index]);
      assert.ok(told.length < 6 && !isTwice, told.join(', '));
      assert.equal((await process.stop()).code, 0);
    });
  }

  it('lets a worker end that still waits for a migration', async () => {
    const waiting = await worker(nowhere(), /DATABASE_SCHEMA_OUTDATED/);
    assert.equal((await waiting.stop()).code, 0);
  });

  const AWAY: readonly (readonly [string, () => string])[] = [
    ['nobody listens', () => changed({ port: '1' })],
    ['nobody answers', () => changed({ port: String((silent.address() as AddressInfo).port) })],
    ['its name is not known', () => changed({ hostname: 'database.invalid' })],
  ];
  for (const [what, url] of AWAY) {
    it(`lets a worker and a gateway start while it is away, with a warning: ${what}`, async () => {
      const [taking, serving] = await Promise.all([
        worker(url(), /The worker takes calls/),
        gateway(url()),
      ]);
      await waitFor('the line', async () => linesAbout(serving.process.output()).length > 0);
      for (const { output } of [taking, serving.process]) {
        assert.match(output(), /"severity":"WARNING"[^\n]*DATABASE_UNAVAILABLE/);
      }
      assert.equal((await taking.stop()).code, 0);
      assert.equal((await serving.process.stop()).code, 0);
    });

    it(`ends a migration, with code and remedy: ${what}`, async () => {
      const said = await lastWordsOf('prisma/migrate.ts', { DATABASE_URL: url() });
      assert.match(said, /^The database could not be migrated \(DATABASE_UNAVAILABLE\): [^\n]+$/);
      assert.match(said, /Start PostgreSQL|Check the network|Correct DATABASE_URL/);
    });
  }
});

describe('the look at a database', () => {
  let testDatabase: TestDatabase;
  before(async () => {
    testDatabase = await createTestDatabase();
  });
  after(() => testDatabase.drop());

  it('finds a missing column in each of the tables, and nothing in a whole database', async () => {
    const { url } = testDatabase;
    const database = createDatabase({ url, poolSize: 1 });
    try {
      assert.equal(await database.check(), null);
      for (const table of Object.values(Prisma.ModelName).map(pg.escapeIdentifier)) {
        const { rows } = await runOn(url, (client) =>
          client.query<{ attname: string }>(
            'SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum DESC LIMIT 1',
            [table],
          ),
        );
        const column = pg.escapeIdentifier(rows[0]?.attname ?? '');
        const rename = (from: string, to: string) =>
          runOn(url, (client) => client.query(`ALTER TABLE ${table} RENAME ${from} TO ${to}`));
        await rename(column, 'elsewhere');
        assert.equal((await database.check())?.code, 'DATABASE_SCHEMA_OUTDATED', table);
        await rename('elsewhere', column);
      }
      assert.equal(await database.check(), null);
    } finally {
      await database.close();
    }
  });
});

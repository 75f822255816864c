import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import pg from 'pg';

import { runOn } from '../../../prisma/engine/create-database.ts';
import { createCompanyRepository } from '../../../src/repositories/company-repository.ts';
import { createDatabase, type Database } from '../../../src/repositories/database.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { DatabaseTrouble } from '../corpus/database.ts';

/** Makes the insert of a company whose name is an SQLSTATE fail with that SQLSTATE. */
const FAIL_AS_NAMED = `
  CREATE FUNCTION fail_as_named() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.name ~ '^[0-9A-Z]{5}$' THEN
        RAISE EXCEPTION 'told by PostgreSQL' USING ERRCODE = NEW.name;
      END IF;
      RETURN NEW;
    END $$;
  CREATE TRIGGER fail_as_named BEFORE INSERT ON "Company"
    FOR EACH ROW EXECUTE FUNCTION fail_as_named()`;

/** Prepares a database, which must be the caller's own, for `provoke`. */
export async function prepareTroubles(url: string): Promise<void> {
  await runOn(url, (client) => client.query(FAIL_AS_NAMED));
}

/** Runs one request of a repository into the trouble; rejects with the error that Prisma throws. */
export async function provoke(url: string, trouble: DatabaseTrouble): Promise<unknown> {
  const stack = new AsyncDisposableStack();
  const open = (address: string, poolSize = 1): Database =>
    stack.adopt(createDatabase({ url: address, poolSize }), (database) => database.close());
  const readOf = ({ prisma }: Database) => createCompanyRepository(prisma).findByConnectwiseId('1');
  const behind = async (play: Play): Promise<Relay> =>
    stack.adopt(await startRelay(url, play), (relay) => relay.close());
  try {
    if (typeof trouble === 'object') {
      return await createCompanyRepository(open(url).prisma).findOrCreate(
        randomUUID(),
        trouble.sqlState,
      );
    }
    switch (trouble) {
      case 'refused':
        return await readOf(open('postgresql://u:p@127.0.0.1:1/d'));
      case 'unknown host':
        return await readOf(open('postgresql://u:p@database.invalid/d'));
      case 'silent':
      case 'not PostgreSQL':
      case 'closed immediately':
        return await readOf(open((await behind(trouble)).url));
      case 'cut during a statement': {
        const relay = await behind('passed on');
        const reading = open(relay.url).prisma.$queryRaw`SELECT pg_sleep(3)::text`;
        const cutting = waitFor('the statement to run', () => isRunning(url, 'pg_sleep(3)')).then(
          () => relay.cut(),
        );
        await Promise.allSettled([reading, cutting]);
        return await reading;
      }
      case 'cut before the commit': {
        const relay = await behind('passed on');
        return await open(relay.url).transaction(async (tx) => {
          await tx.company.count();
          await relay.cut();
        });
      }
      case 'shut down by an administrator':
        return await open(url).prisma.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`;
      case 'no such user':
        return await readOf(open(withUser(url, 'nobody')));
      case 'no such database':
        return await readOf(open(Object.assign(new URL(url), { pathname: '/nowhere' }).href));
      case 'a user without permissions':
        return await readOf(open(await newUser(url, '')));
      case 'too many connections':
        return await readOf(open(await newUser(url, 'CONNECTION LIMIT 0')));
      case 'an exhausted pool': {
        const database = open(url);
        const isHeld = Promise.withResolvers<void>();
        const holding = database.prisma.$transaction(
          async (tx) => {
            isHeld.resolve();
            // Longer than the five seconds that a request waits for a connection.
            for (let second = 0; second < 8; second += 1)
              await tx.$queryRaw`SELECT pg_sleep(1)::text`;
          },
          { timeout: 20_000 },
        );
        await Promise.race([isHeld.promise, holding]);
        const reading = readOf(database);
        await Promise.allSettled([holding, reading]);
        return await reading;
      }
      case 'a transaction that takes too long':
        return await open(url).transaction(async (tx) => {
          await new Promise((resolve) => setTimeout(resolve, 5_500));
          await tx.company.count();
        });
      case 'a duplicate id': {
        const companies = createCompanyRepository(open(url).prisma);
        const connectwiseId = randomUUID();
        await companies.create({ connectwiseId, name: 'First' });
        return await companies.create({ connectwiseId, name: 'Second' });
      }
      case 'a deleted row':
        return await open(url).prisma.company.update({
          where: { id: randomUUID() },
          data: { name: 'x' },
        });
    }
  } finally {
    await stack.disposeAsync();
  }
}

async function isRunning(url: string, statement: string): Promise<boolean> {
  const { rowCount } = await runOn(url, (client) =>
    client.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
       AND query LIKE $1 AND pid <> pg_backend_pid()`,
      [`%${statement}%`],
    ),
  );
  return rowCount !== 0;
}

function withUser(url: string, user: string): string {
  return Object.assign(new URL(url), { username: user }).href;
}

async function newUser(url: string, options: string): Promise<string> {
  const name = `user_${randomUUID()}`;
  const password = randomUUID();
  await runOn(url, (client) =>
    client.query(
      `CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN PASSWORD '${password}' ${options}`,
    ),
  );
  return Object.assign(new URL(url), { username: name, password }).href;
}

type Play = 'passed on' | 'silent' | 'not PostgreSQL' | 'closed immediately';
type Relay = { readonly url: string; cut(): Promise<void>; close(): Promise<void> };

/** A relay between the client and the database. */
async function startRelay(url: string, play: Play): Promise<Relay> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    // Connections are cut on purpose.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    if (play === 'closed immediately') client.destroy();
    else if (play === 'not PostgreSQL') client.end('220 mail.example ESMTP\r\n');
    else if (play === 'passed on') {
      const upstream = connect(Number(target.port), target.hostname);
      keep(upstream);
      client.pipe(upstream).pipe(client);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    const closed = [...sockets].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  };
  return {
    url: Object.assign(new URL(url), { port: String(port) }).href,
    cut,
    async close() {
      await cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

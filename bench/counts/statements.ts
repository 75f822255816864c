import { open, stat } from 'node:fs/promises';

import { runOn } from '../../prisma/engine/create-database.ts';
import type { Entrant } from '../contestants/contestant.ts';
import type { Ground } from '../ground/ground.ts';

/** What one client sent to PostgreSQL between BEGIN and COMMIT, both counted. */
export type Transaction = {
  readonly statements: readonly string[];
  /** From the start of BEGIN to the end of COMMIT, in milliseconds. */
  readonly ms: number;
};

export type Traffic = {
  readonly transactions: readonly Transaction[];
  /** Statements outside of any transaction. */
  readonly single: readonly string[];
};

/** With the prefix that `ground.ts` sets: time, process, database. */
const LINE =
  /^(?<at>\d+\.\d+)\|(?<pid>\d+)\|(?<database>\w+)\|LOG: {2}duration: (?<ms>[\d.]+) ms {2}(?:statement|execute [^:]*): (?<sql>.*)$/;

/**
 * Has PostgreSQL log each statement while `work` runs, and returns what was sent to one database: one statement for each
 * message that asks for something, so `BEGIN` with its settings is one. Logging itself takes a little time.
 */
export async function trafficDuring(
  { postgres }: Ground,
  { database }: Pick<Entrant, 'database'>,
  work: () => Promise<void>,
): Promise<Traffic> {
  const set = (ms: number) =>
    runOn(postgres.url('postgres'), async (client) => {
      await client.query(`ALTER SYSTEM SET log_min_duration_statement = ${ms}`);
      await client.query('SELECT pg_reload_conf()');
      // Sessions notice the new setting before their next statement, once the signal has reached them.
      await client.query('SELECT pg_sleep(0.2)');
    });
  await set(0);
  const { size } = await stat(postgres.logPath);
  await work();
  await set(-1);
  return readTraffic(await readFrom(postgres.logPath, size), database);
}

/** What a stretch of the log says about one database. */
export function readTraffic(log: string, database: string | null): Traffic {
  const open = new Map<string, { startedAt: number; statements: string[] }>();
  const transactions: Transaction[] = [];
  const single: string[] = [];
  for (const { at, pid, ms, sql } of statementsIn(log, database)) {
    const current = open.get(pid);
    if (sql.startsWith('BEGIN')) {
      open.set(pid, { startedAt: at - ms, statements: [sql] });
    } else if (current === undefined) {
      single.push(sql);
    } else {
      current.statements.push(sql);
      if (!/^(COMMIT|ROLLBACK)/.test(sql)) continue;
      transactions.push({ statements: current.statements, ms: at - current.startedAt });
      open.delete(pid);
    }
  }
  return { transactions, single };
}

function statementsIn(log: string, database: string | null) {
  // A statement of several lines goes on behind a tab.
  const lines = log.replaceAll(/\n\t/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const found = LINE.exec(line)?.groups;
    if (found?.['database'] !== database) return [];
    const { at = '', pid = '', ms = '', sql = '' } = found;
    return [{ at: Number(at) * 1_000, pid, ms: Number(ms), sql: sql.trim() }];
  });
}

async function readFrom(path: string, position: number): Promise<string> {
  const file = await open(path);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of file.createReadStream({ start: position })) {
      chunks.push(Buffer.from(chunk as Buffer));
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    await file.close();
  }
}

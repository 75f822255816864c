import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PROJECT_FOLDER } from '../../local/settings.ts';
import { createDatabaseIfMissing, runOn } from '../../prisma/engine/create-database.ts';
import { differenceToSchema } from '../../prisma/engine/difference.ts';

const SCHEMA = join(PROJECT_FOLDER, 'bench/plan/schema.prisma');
const CLIENT = join(PROJECT_FOLDER, '.data/bench/plan-client/client.ts');

let generated: Promise<unknown> | null = null;

/** Generates the plan's Prisma client, and creates its tables in a database; returns the path of the client. */
export async function preparePlan(url: string): Promise<string> {
  generated ??= promisify(execFile)(
    join(PROJECT_FOLDER, 'node_modules/.bin/prisma'),
    ['generate', '--schema', SCHEMA],
    { cwd: PROJECT_FOLDER, env: { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: '1' } },
  );
  const [content] = await Promise.all([readFile(SCHEMA, 'utf8'), generated]);
  await createDatabaseIfMissing(url);
  const sql = await differenceToSchema(url, { files: [{ path: SCHEMA, content }] });
  if (sql !== null) await runOn(url, (client) => client.query(sql));
  return CLIENT;
}

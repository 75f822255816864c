import '../../../src/process/node-version.cjs';

import { chown, mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { runOn } from '../../../prisma/engine/create-database.ts';
import { readArguments } from '../../../src/process/arguments.ts';
import { waitFor } from '../../support/wait-for.ts';
import { assertInvariants } from '../harness/check.ts';
import { startCluster } from '../harness/cluster.ts';
import { startCalls } from '../../support/calls.ts';

// Row 8 of docs/faults.md.

const CALLS = 20;

// Long enough for several attempts of several steps to fail.
const FULL_FOR_MS = 20_000;

const [disk = ''] = readArguments({
  name: 'npm run faults:disk-full',
  does: "Moves the log's table to a small disk, fills that disk while calls run, and frees it again.",
  operands: {
    name: 'FOLDER',
    help: 'Of a small disk, such as /mnt/small; docs/faults.md says how to make one.',
    atLeast: 1,
    atMost: 1,
  },
}).operands;
const filler = join(disk, 'filler');
const cluster = await startCluster({ workers: 1 });
try {
  const space = join(disk, 'tablespace');
  await mkdir(space, { recursive: true });
  // As root, PostgreSQL runs as another user, who must own the folder.
  const { uid, gid } = await stat(join(cluster.folder, 'postgres'));
  await chown(space, uid, gid);
  await runOn(cluster.postgres.url(), async (client) => {
    await client.query(`CREATE TABLESPACE small LOCATION '${space}'`);
    await client.query('ALTER TABLE "processingLog" SET TABLESPACE small');
  });
  const { bsize, bavail } = await statfs(disk);
  await writeFile(filler, Buffer.alloc(bsize * bavail));
  console.log('The disk is full. Calls are submitted.');
  await startCalls(cluster, CALLS);
  await sleep(FULL_FOR_MS);
  const refused = await runOn(cluster.postgres.url(), (client) =>
    client.query('SELECT count(*)::int AS rows FROM "Call" WHERE "callStatus" = \'COMPLETED\''),
  );
  console.log(`COMPLETED while it was full: ${refused.rows[0].rows} of ${CALLS}.`);
  await rm(filler);
  console.log('The disk is free again.');
  const { prisma } = cluster.database;
  await waitFor(
    'every call to be COMPLETED',
    async () => (await prisma.call.count({ where: { callStatus: 'COMPLETED' } })) === CALLS,
    300_000,
  );
  await assertInvariants(cluster);
  const code = 'DATABASE_UNAVAILABLE';
  const noted = await prisma.processingLog.count({ where: { code } });
  console.log(
    `All ${CALLS} calls are COMPLETED, all invariants hold (${noted} failed attempts logged).`,
  );
} finally {
  await cluster.stop();
  await rm(filler, { force: true });
  await rm(join(disk, 'tablespace'), { recursive: true, force: true });
}

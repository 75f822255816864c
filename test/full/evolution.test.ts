import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import pg from 'pg';

import { migrate } from '../../prisma/engine/apply.ts';
import { readMigrations } from '../../prisma/engine/files.ts';
import { startCall, startCalls } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';

// The service can change while calls are in progress: a new version of the workflow, a new column.

const ROOT = join(import.meta.dirname, '../..');

describe('two versions of the worker side by side', () => {
  let service: Service;
  let copy: string;

  before(async () => {
    copy = await writePatchedCopy();
    service = await startService();
    await service.startWorker({ script: join(copy, 'src/worker.ts') });
  });
  after(async () => {
    await service?.stop();
    await rm(copy, { recursive: true, force: true });
  });

  it('finish every call, including parked ones', async () => {
    const keys = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        startCall(
          service,
          index % 4 === 0
            ? { faults: [{ system: 'languageModel', action: { status: 401 } }] }
            : undefined,
        ),
      ),
    );
    for (const [index, { callSid }] of keys.entries()) {
      if (index % 4 !== 0) continue;
      await untilStatus(service, callSid, 'FAILED', 60_000);
      await service.client.workflow.getHandle(callSid).signal('reprocess');
    }
    let patchedRuns = 0;
    for (const { callSid } of keys) {
      await untilStatus(service, callSid, 'COMPLETED', 60_000);
      const handle = service.client.workflow.getHandle(callSid);
      await handle.result();
      const { events } = await handle.fetchHistory();
      const isPatched = events?.some(
        ({ markerRecordedEventAttributes }) =>
          markerRecordedEventAttributes?.markerName === 'core_patch',
      );
      if (isPatched === true) patchedRuns += 1;
    }
    assert.ok(patchedRuns > 0 && patchedRuns < keys.length, `${patchedRuns} ran the new version`);
  });
});

/** A copy of the service's source with another order of steps, introduced with `patched()` as required. */
async function writePatchedCopy(): Promise<string> {
  await mkdir(join(ROOT, '.data'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.data/patched-'));
  // A worker compares the migrations that it knows with those of the database.
  for (const part of ['src', 'prisma/migrations'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  const path = join(folder, 'src/workflows/run-in-parallel.ts');
  const source = await readFile(path, 'utf8');
  const patched = source
    .replace('import { CancellationScope }', 'import { CancellationScope, patched }')
    .replace(
      /(\): Promise<void> \{\n)/,
      "$1  if (patched('one-after-the-other')) {\n    await second();\n    await first();\n    return;\n  }\n",
    );
  assert.notEqual(patched, source);
  await writeFile(path, patched);
  return folder;
}

// A read that does not have to wait takes a few milliseconds.
const NOTICED_MS = 500;
// The migration's lock_timeout of 2 s, plus what a busy machine adds.
const READ_AT_MOST_MS = 4_000;
// Includes the time to load the migration engine.
const LOCK_AWAITED_WITHIN_MS = 60_000;

describe('a migration while calls are in progress', () => {
  let service: Service;

  before(async () => {
    service = await startService();
  });
  after(() => service.stop());

  it('waits for its locks without stopping any call, and is applied eventually', async () => {
    const reader = new pg.Client({ connectionString: service.databaseUrl });
    await reader.connect();
    const reads = new pg.Client({ connectionString: service.databaseUrl });
    await reads.connect();
    try {
      // A report left open, which holds a lock that the migration needs.
      await reader.query('BEGIN');
      await reader.query('SELECT count(*) FROM "Call"');

      const migrating = migrate(service.databaseUrl, await withColumn());
      const calls = startCalls(service, 10);
      const end = performance.now() + LOCK_AWAITED_WITHIN_MS;
      let slowestMs = 0;
      // Until a read has been blocked by the waiting migration.
      while (slowestMs < NOTICED_MS && performance.now() < end) {
        const begun = performance.now();
        await reads.query('SELECT count(*) FROM "Call"');
        slowestMs = Math.max(slowestMs, performance.now() - begun);
      }
      // A query behind the waiting migration waits no longer than the migration's lock_timeout of 2 s.
      assert.ok(
        slowestMs >= NOTICED_MS && slowestMs < READ_AT_MOST_MS,
        `the slowest read took ${slowestMs} ms`,
      );
      for (const { callSid } of await calls)
        await untilStatus(service, callSid, 'COMPLETED', 60_000);

      await reader.query('COMMIT');
      const { applied } = await migrating;
      assert.deepEqual(applied, [ADDED]);
      const { rows } = await reads.query(
        `SELECT 1 FROM information_schema.columns WHERE table_name = 'Call' AND column_name = 'note'`,
      );
      assert.equal(rows.length, 1);
      const { callSid } = await startCall(service);
      await untilStatus(service, callSid, 'COMPLETED');
    } finally {
      await reader.end();
      await reads.end();
    }
  });
});

const ADDED = '20990101000000_add_note';

/** The committed migrations plus one that adds a column, as a release would contain it. */
async function withColumn() {
  const migrations = await readMigrations();
  return {
    ...migrations,
    migrationDirectories: [
      ...migrations.migrationDirectories,
      {
        path: ADDED,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: 'ALTER TABLE "Call" ADD COLUMN "note" TEXT;' },
        },
      },
    ],
  };
}

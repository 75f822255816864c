// The committed Prisma client is what the generator makes of schema.prisma.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** The text of each file in a folder, by its path in it. */
async function textsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return Object.fromEntries(
    await Promise.all(
      paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')]),
    ),
  ) as Record<string, string>;
}

describe('src/generated/prisma', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'call-processing-generated-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is what "npm run db:generate" writes, file by file', async () => {
    // The schema says where its client goes, relative to itself.
    const schema = join(folder, 'prisma/schema.prisma');
    await cp(join(ROOT, 'prisma/schema.prisma'), schema);
    await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'node_modules/.bin/prisma'), 'generate', '--schema', schema],
      { cwd: ROOT },
    );
    const generated = await textsOf(join(folder, 'src/generated/prisma'));
    assert.ok('client.ts' in generated, 'the generator wrote no client.ts');
    const committed = await textsOf(join(ROOT, 'src/generated/prisma'));
    const paths = new Set([...Object.keys(generated), ...Object.keys(committed)]);
    assert.deepEqual(
      [...paths].filter((path) => committed[path] !== generated[path]),
      [],
      'run "npm run db:generate" and commit what it changes; files that differ',
    );
  });
});

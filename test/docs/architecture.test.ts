// Guarantees that docs/architecture.md says of every column of a call, and of every table, who writes it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Prisma } from '../../src/generated/prisma/client.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/architecture.md'), 'utf8');

/** Every row of every table has them, and Prisma or PostgreSQL fills them. */
const OF_EVERY_ROW = new Set(['id', 'createdAt', 'updatedAt']);

/** What a section of the page names in code. */
function namedIn(heading: string): Set<string> {
  const [, section = ''] = page.split(`### ${heading}\n`);
  const [text = ''] = section.split('\n#');
  return new Set([...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
}

describe('docs/architecture.md', () => {
  it('names every column of a call', () => {
    const named = namedIn('The row of a call');
    const columns = Object.keys(Prisma.CallScalarFieldEnum).filter(
      (name) => !OF_EVERY_ROW.has(name),
    );
    assert.ok(columns.length > 30);
    assert.deepEqual(
      columns.filter((name) => !named.has(name)),
      [],
    );
  });

  it('names every other table', () => {
    const named = namedIn('The other tables');
    const tables = Object.keys(Prisma.ModelName).filter((name) => name !== 'Call');
    assert.deepEqual(
      tables.filter((name) => !named.has(name)),
      [],
    );
  });
});

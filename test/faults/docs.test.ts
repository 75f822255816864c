import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { databaseSuite } from './suites/database.ts';
import { operatorsSuite } from './suites/operators.ts';
import { outsideSystemsSuite } from './suites/outside-systems.ts';
import type { DefinedSuite } from './suites/suite.ts';
import { temporalSuite } from './suites/temporal.ts';
import { workersSuite } from './suites/workers.ts';

// The page about faults covers every row of the table, and names only tests that exist.

const ROOT = join(import.meta.dirname, '../..');
const ROWS = 30;

const SUITES: Readonly<Record<string, DefinedSuite>> = {
  database: databaseSuite,
  operators: operatorsSuite,
  'outside-systems': outsideSystemsSuite,
  temporal: temporalSuite,
  workers: workersSuite,
};

describe('docs/faults.md', () => {
  let rows: readonly { readonly number: number; readonly where: string }[];

  before(async () => {
    const page = await readFile(join(ROOT, 'docs/faults.md'), 'utf8');
    rows = [...page.matchAll(/^\| (\d+) +\| [^|]+\| ([^|]+)\|/gm)].map((found) => ({
      number: Number(found[1]),
      where: found[2] ?? '',
    }));
  });

  it('has every row of the fault table once, in order', () => {
    assert.deepEqual(
      rows.map(({ number }) => number),
      Array.from({ length: ROWS }, (_, index) => index + 1),
    );
  });

  it('points to files that exist, or says that a row is tested by hand', async () => {
    for (const { number, where } of rows) {
      const files = [...where.matchAll(/`(test\/[^`]+)`/g)].map((found) => found[1] ?? '');
      assert.ok(files.length > 0 || where.includes('by hand'), `row ${number}`);
      for (const file of files) await access(join(ROOT, file));
    }
  });

  it('finds the number of each row in the titles of the suites that it points to', () => {
    for (const { number, where } of rows) {
      for (const [, name = ''] of where.matchAll(/test\/faults\/suites\/([a-z-]+)\.ts/g)) {
        const titles = SUITES[name]?.groups.flatMap(Object.keys) ?? [];
        const numbers = titles.flatMap((title) =>
          /^rows? ([^:]+):/.exec(title)?.[1]?.split(' and '),
        );
        assert.ok(numbers.includes(String(number)), `row ${number} in ${name}`);
      }
    }
  });
});

// Guarantees that each threat in docs/security.md names tests that exist.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');

/** Threat and tests of each row. */
const rows = [...page.matchAll(/^\| (.+?) +\| .+? +\| (.+?) +\|$/gm)]
  .map(([, threat = '', tests = '']) => ({ threat, tests }))
  .filter(({ tests }) => tests.includes('`test/'));

/** The words of a title that tell it from others: titles are shortened with "…". */
function wordsOf(title: string): string[] {
  return title
    .split('…')
    .map((part) => part.trim())
    .filter((part) => part.length > 3);
}

describe('docs/security.md', () => {
  it('has a test for each threat', () => {
    assert.ok(rows.length > 30, String(rows.length));
  });

  for (const { threat, tests } of rows) {
    it(`names tests that exist: ${threat.slice(0, 60)}`, () => {
      for (const [, path = '', titles = ''] of tests.matchAll(/`(test\/[^`]+)`(?:: ([^`]+))?/g)) {
        const file = join(ROOT, path);
        assert.ok(existsSync(file), path);
        if (statSync(file).isDirectory()) continue;
        const code = readFileSync(file, 'utf8');
        for (const title of titles.split(';').map((each) => each.trim())) {
          for (const words of wordsOf(title)) assert.ok(code.includes(words), `${path}: ${words}`);
        }
      }
    });
  }
});

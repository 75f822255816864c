// Guarantees that the operators' page about failure codes matches the table exactly.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { PAGE, renderFailureCodes } from '../../local/failure-codes-page.ts';
import { ERROR_CODES } from '../../src/domain/error-codes.ts';

describe('the page about failure codes', () => {
  it('is exactly what npm run docs:failure-codes writes from the table', async () => {
    assert.equal(await readFile(PAGE, 'utf8'), renderFailureCodes());
  });

  it('lists every code once, with what happened and what to do', async () => {
    const page = await readFile(PAGE, 'utf8');
    const headings = [...page.matchAll(/^### (\w+)$/gm)].map((match) => match[1] ?? '');
    assert.deepEqual(headings.toSorted(), Object.keys(ERROR_CODES).toSorted());
    for (const { meaning, remedy } of Object.values(ERROR_CODES)) {
      assert.ok(page.includes(`**What happened:** ${meaning}`));
      assert.ok(page.includes(`**What to do:** ${remedy}`));
    }
  });

  it('uses whole sentences, and no remedy repeats what happened', () => {
    for (const [code, { meaning, remedy }] of Object.entries(ERROR_CODES)) {
      for (const text of [meaning, remedy]) assert.match(text, /^[A-Z].*\.$/, code);
      assert.ok(!remedy.includes(meaning), code);
    }
  });
});

// `npm run faults:breaks` takes a while and is run by hand; this test keeps its list of breaks and tests up to date.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { BREAKS } from './breaks.ts';

const ROOT = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

describe('the guarantees that are broken on purpose', () => {
  for (const { name, file, from } of BREAKS) {
    it(`match the code: ${name}`, async () => {
      const whole = await readFile(join(ROOT, file), 'utf8');
      assert.equal(whole.split(from).length, 2, `${file} must contain exactly once: ${from}`);
    });
  }

  it('each have a test that must notice', async () => {
    // Mocha loads the files without running their tests.
    const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
    const files = [...new Set(BREAKS.map(({ test }) => test))];
    const { stdout } = await run(
      process.execPath,
      [mocha, '--dry-run', '--reporter', 'json', ...files],
      { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 },
    );
    const { tests } = JSON.parse(stdout) as { tests: { fullTitle: string; file: string }[] };
    for (const { name, test, title } of BREAKS) {
      const found = tests.some(
        ({ fullTitle, file }) => file === join(ROOT, test) && fullTitle.includes(title),
      );
      assert.ok(found, `${name}: no test of ${test} is called "${title}"`);
    }
  });
});

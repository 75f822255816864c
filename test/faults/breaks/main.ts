import '../../../src/process/node-version.cjs';

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readArguments } from '../../../src/process/arguments.ts';
import { copyWorkingTree } from '../../support/working-copy.ts';
import { BREAKS, type Break } from './breaks.ts';

const { operands } = readArguments({
  name: 'npm run faults:breaks',
  does: 'Removes each guarantee from a copy of the code, one at a time, and runs the test that must notice. Ends with code 1 if a test still passes: such a test is worth nothing.',
  operands: {
    name: 'TEXT',
    help: 'Only the guarantees whose names contain it.',
    atMost: 1,
  },
});

const ROOT = join(import.meta.dirname, '../../..');

/** A copy of the project with the same packages. */
async function makeCopy(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'call-processing-breaks-'));
  await copyWorkingTree(copy);
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

type Outcome = 'noticed' | 'NOT NOTICED' | 'the test did not run';

/** Breaks the copy, runs the test there, and restores the copy. */
async function tryBreak(copy: string, { file, from, to, test, title, env }: Break) {
  const path = join(copy, file);
  const whole = await readFile(path, 'utf8');
  if (whole.split(from).length !== 2) {
    throw new Error(`${file} must contain exactly once: ${from}`);
  }
  await writeFile(
    path,
    whole.replace(from, () => to),
  );
  try {
    return judge(await runTest(copy, test, title, env));
  } finally {
    await writeFile(path, whole);
  }
}

/** Everything that mocha prints. */
function runTest(copy: string, test: string, title: string, env: Break['env']): Promise<string> {
  const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js');
  const child = spawn(
    process.execPath,
    [mocha, '--exit', '--reporter', 'spec', '-f', title, test],
    {
      cwd: copy,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += String(chunk)));
  child.stderr.on('data', (chunk) => (printed += String(chunk)));
  return new Promise((resolve) => child.on('close', () => resolve(printed)));
}

function judge(printed: string): { outcome: Outcome; printed: string } {
  const failing = Number(/(\d+) failing/.exec(printed)?.[1] ?? 0);
  const passing = Number(/(\d+) passing/.exec(printed)?.[1] ?? 0);
  // A file that cannot be loaded, or servers that do not start, do not count as noticing.
  if (failing + passing === 0 || printed.includes('"before all" hook')) {
    return { outcome: 'the test did not run', printed };
  }
  return { outcome: failing > 0 ? 'noticed' : 'NOT NOTICED', printed };
}

const [only] = operands;
const chosen = BREAKS.filter(({ name }) => only === undefined || name.includes(only));
const copy = await makeCopy();
try {
  for (const each of chosen) {
    const { outcome, printed } = await tryBreak(copy, each);
    console.log(`${outcome}: ${each.name}\n    by ${each.test}, "${each.title}"`);
    if (outcome !== 'noticed') {
      console.log(printed);
      process.exitCode = 1;
    }
  }
} finally {
  await rm(copy, { recursive: true, force: true });
}

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

let built: Promise<string> | null = null;

/**
 * The workflow code as workers get it in production: bundled once, by the project's own command.
 * A worker that bundled it itself would cost a test four seconds of CPU time.
 */
export function workflowBundle(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'call-processing-bundle-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'workflow-bundle.js');
  await promisify(execFile)(process.execPath, ['src/build-workflows.ts', file]);
  return file;
}

import '../src/process/node-version.cjs';

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type SandboxAddresses, sandboxEnvironment } from '../sandbox/environment.ts';
import { readArguments } from '../src/process/arguments.ts';
import type { Measurement, Order } from './memory-child.ts';
import { addNoise } from './recordings/add-noise.ts';

const SMALL_BYTES = 5_000_000;
const LARGE_BYTES = 500_000_000;

/** How much more resident memory a recording a hundred times as large may take. */
const ALLOWED_BYTES = 120_000_000;

const MEGABYTE = 1_000_000;

/** Starts the sandbox in a separate process, so that its memory does not count. */
async function startSandbox(
  dataDir: string,
): Promise<{ child: ChildProcess; addresses: SandboxAddresses }> {
  const child = fork(
    join(import.meta.dirname, '../sandbox/main.ts'),
    ['--data-dir', dataDir, '--base-port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  if (child.stdout === null)
    throw new Error('The sandbox has no output to read its addresses from.');
  for await (const line of createInterface({ input: child.stdout })) {
    const { addresses } = JSON.parse(line) as { addresses: SandboxAddresses };
    return { child, addresses };
  }
  throw new Error('The sandbox ended before it was ready.');
}

async function measure(order: Order): Promise<Measurement> {
  const child = fork(join(import.meta.dirname, 'memory-child.ts'));
  child.send(order);
  const [answer] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof answer !== 'object')
    throw new Error('The measured process failed; its error is printed above.');
  return answer as Measurement;
}

function report(name: string, { sizeBytes, seconds, peakBytes }: Measurement): void {
  const size = (sizeBytes / MEGABYTE).toFixed(0).padStart(4);
  const peak = (peakBytes / MEGABYTE).toFixed(0).padStart(4);
  const rate = (sizeBytes / MEGABYTE / seconds).toFixed(0);
  console.log(
    `${name}: ${size} MB fetched, inspected and stored; peak resident memory ${peak} MB; ${rate} MB/s`,
  );
}

readArguments({
  name: 'npm run bench:memory',
  does: 'Measures the memory that fetching, inspecting and storing a recording of 500 MB takes beyond one of 5 MB. Ends with code 1 if it is more than allowed.',
});

const dataDir = await mkdtemp(join(tmpdir(), 'bench-memory-'));
const { child: sandbox, addresses } = await startSandbox(dataDir);
try {
  const environment = sandboxEnvironment(addresses);
  const measureSize = async (sizeBytes: number): Promise<Measurement> => {
    const key = {
      callSid: `1700000000.${sizeBytes}`,
      recordgroup: 'bench',
      recordid: String(sizeBytes),
    };
    await addNoise(addresses.controlUrl, key, sizeBytes);
    return await measure({ key, environment });
  };
  const small = await measureSize(SMALL_BYTES);
  report('small', small);
  const large = await measureSize(LARGE_BYTES);
  report('large', large);
  const differenceBytes = large.peakBytes - small.peakBytes;
  const isWithin = differenceBytes <= ALLOWED_BYTES;
  console.log(
    `difference: ${(differenceBytes / MEGABYTE).toFixed(0)} MB of ${ALLOWED_BYTES / MEGABYTE} MB allowed: ${isWithin ? 'good' : 'TOO MUCH'}`,
  );
  if (!isWithin) process.exitCode = 1;
} finally {
  const stopped = once(sandbox, 'exit');
  sandbox.kill('SIGTERM');
  await stopped;
  await rm(dataDir, { recursive: true, force: true });
}

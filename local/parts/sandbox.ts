import { join } from 'node:path';

import type { SandboxAddresses } from '../../sandbox/environment.ts';
import type { Keeper } from '../process/keeper.ts';
import type { Part } from '../process/part.ts';
import { startNodePart } from './node-part.ts';
import { untilPart } from '../process/until-part.ts';

/** Starts the sandbox; resolves when all its stand-ins listen. */
export async function startSandboxPart(options: {
  readonly dataFolder: string;
  readonly basePort: number;
  readonly logPath: string;
  readonly keeper: Keeper;
}): Promise<{ readonly part: Part; readonly addresses: SandboxAddresses }> {
  const part = await startNodePart({
    name: 'sandbox',
    entry: 'sandbox/main.ts',
    args: [`--data-dir=${join(options.dataFolder, 'sandbox')}`, `--base-port=${options.basePort}`],
    env: { PATH: process.env['PATH'] },
    logPath: options.logPath,
    // All its state is on disk, so there is little to wait for.
    stopGraceMs: 5_000,
    keeper: options.keeper,
  });
  const addresses = await untilPart(part, async () => readAddresses(part));
  return { part, addresses };
}

/** The sandbox writes one line of JSON with its addresses when it is ready. */
function readAddresses(part: Part): SandboxAddresses | null {
  // Warnings about sample files may come before and after it.
  const line = part.lastLines(100).find((each) => each.startsWith('{"addresses":'));
  return line === undefined
    ? null
    : (JSON.parse(line) as { addresses: SandboxAddresses }).addresses;
}

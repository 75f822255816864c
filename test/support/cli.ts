import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Rig } from './rig.ts';

const run = promisify(execFile);

/**
 * Runs the Temporal CLI as an operator does, against the rig's server. `quoted` are arguments that
 * contain spaces. Rejects when the command fails.
 */
export async function temporalCli(
  { temporal }: Pick<Rig, 'temporal'>,
  command: string,
  quoted: readonly string[] = [],
): Promise<string> {
  const { cli, address } = temporal;
  const { stdout } = await run(cli, [...command.split(' '), ...quoted, '--address', address], {
    // An operator's own configuration file must not take part.
    env: { PATH: process.env['PATH'], TEMPORAL_DISABLE_CONFIG_FILE: 'true' },
  });
  return stdout;
}

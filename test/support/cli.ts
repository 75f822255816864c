import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Service } from './service.ts';

const run = promisify(execFile);

/**
 * Runs the Temporal CLI as an operator does, against the service's server. `quoted` are arguments
 * that hold spaces.
 */
export async function temporalCli(
  service: Pick<Service, 'temporal'>,
  command: string,
  quoted: readonly string[] = [],
): Promise<string> {
  const { cli, address } = service.temporal;
  const { stdout } = await run(cli, [...command.split(' '), ...quoted, '--address', address], {
    // An operator's own configuration file must not take part.
    env: { PATH: process.env['PATH'], TEMPORAL_DISABLE_CONFIG_FILE: 'true' },
  });
  return stdout;
}

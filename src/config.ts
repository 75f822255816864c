import { readFileSync } from 'node:fs';

import { ConfigurationError } from './config/configuration-error.ts';
import { temporalSchema } from './config/process-schema.ts';
import { readValues } from './config/read-values.ts';
import type { Environment, TemporalConfig } from './config/temporal.ts';
import { findUnusedSettings } from './config/unused-settings.ts';

export { loadGatewayConfig } from './config/gateway.ts';
export { loadWorkerConfig } from './config/worker.ts';

/** Why the system refuses to read a file, in words. */
const UNREADABLE: Readonly<Record<string, string>> = {
  EACCES: 'the user of this process may not read it (chown it to that user, and chmod 600)',
  EPERM: 'the user of this process may not read it (chown it to that user, and chmod 600)',
  EISDIR: 'it is a folder, as Docker makes of a file that it does not find to mount',
};

/**
 * Reads the environment of this process, and the `.env` file of the working directory, if any, for
 * what the environment does not set. The warnings name settings that have no effect. The only place
 * that touches `process.env`.
 */
export function readEnvironment(): {
  readonly env: Environment;
  readonly warnings: readonly string[];
} {
  const text = readEnvFile();
  if (text !== null) process.loadEnvFile('.env');
  return { env: process.env, warnings: findUnusedSettings(process.env, text) };
}

/** The text of the `.env` file; `null` if there is none. */
function readEnvFile(): string | null {
  try {
    return readFileSync('.env', 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (code === 'ENOENT') return null;
    if (code === null) throw error;
    const why = UNREADABLE[code] ?? code;
    throw new ConfigurationError([`The .env file of the working directory cannot be read: ${why}`]);
  }
}

/** What a process that only talks to Temporal needs (the bootstrap command). */
export function loadTemporalConfig(
  env: Environment,
  earlier: readonly string[] = [],
): TemporalConfig & { readonly taskQueue: string; readonly warnings: readonly string[] } {
  const { value, temporal, warnings } = readValues(temporalSchema, { env, earlier });
  return { ...temporal, taskQueue: value.TASK_QUEUE, warnings };
}

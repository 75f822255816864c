import { existsSync, readFileSync } from 'node:fs';

import { temporalSchema } from './config/process-schema.ts';
import { readValues } from './config/read-values.ts';
import type { Environment, TemporalConfig } from './config/temporal.ts';
import { findUnusedSettings } from './config/unused-settings.ts';

export { loadGatewayConfig } from './config/gateway.ts';
export { loadWorkerConfig } from './config/worker.ts';

/**
 * Reads the environment of this process, and the `.env` file of the working directory, if any, for
 * what the environment does not set. The warnings name settings that have no effect. The only place
 * that touches `process.env`.
 */
export function readEnvironment(): {
  readonly env: Environment;
  readonly warnings: readonly string[];
} {
  const hasFile = existsSync('.env');
  if (hasFile) process.loadEnvFile('.env');
  const text = hasFile ? readFileSync('.env', 'utf8') : null;
  return { env: process.env, warnings: findUnusedSettings(process.env, text) };
}

/** What a process that only talks to Temporal needs (the bootstrap command). */
export function loadTemporalConfig(
  env: Environment,
  earlier: readonly string[] = [],
): TemporalConfig & { readonly taskQueue: string; readonly warnings: readonly string[] } {
  const { value, temporal, warnings } = readValues(temporalSchema, { env, earlier });
  return { ...temporal, taskQueue: value.TASK_QUEUE, warnings };
}

import { accessSync, constants } from 'node:fs';

import { z } from 'zod';

import { readDatabaseUrl } from '../domain/database-url.ts';
import { TASK_QUEUE } from '../domain/names.ts';
import { text, wholeNumber } from './fields.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What every process reads that asks Temporal for anything. */
export const temporalSchema = z.object({
  // What a worker polls has to be what the gateway starts calls on.
  TASK_QUEUE: text.max(1000, 'must have at most 1000 characters').default(TASK_QUEUE),
});

/** What the gateway and the worker both read. */
export const processFields = {
  ...temporalSchema.shape,
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  DATABASE_URL: text.superRefine((value, context) => {
    for (const message of faultsOfDatabaseUrl(value)) context.addIssue({ code: 'custom', message });
  }),
  // Ten connections suffice for a process: a step holds one for milliseconds, not while it works.
  DATABASE_POOL_SIZE: wholeNumber(1, 1000).default(10),
  // Corrections are made once or twice; a script that repeats itself pays each time.
  PAID_REPROCESSES_PER_CALL_AND_DAY: wholeNumber(0, 1_000_000).default(10),
  // In most phone systems, the party that placed the call is heard on the first channel.
  RECORDING_CALLER_CHANNEL: wholeNumber(1, 2).default(1),
};

function faultsOfDatabaseUrl(value: string): readonly string[] {
  const { address, faults } = readDatabaseUrl(value);
  if (address === null) return faults;
  const { authorityFile, certificateFile, keyFile } = address.tls ?? {};
  return Object.entries({ sslrootcert: authorityFile, sslcert: certificateFile, sslkey: keyFile })
    .filter(([, file]) => file && !isReadable(file))
    .map(([name]) => `has an ${name} that names no file which can be read`);
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

import './process/node-version.cjs';

import { Client, Connection } from '@temporalio/client';

import { ensureSearchAttributes } from './clients/temporal/search-attributes.ts';
import { ensureSiteDirectorySchedule } from './clients/temporal/site-directory-schedule.ts';
import { connected } from './clients/temporal/connection.ts';
import { loadTemporalConfig, readEnvironment } from './config.ts';
import { siteDirectoryIdOf } from './domain/names.ts';
import { ServiceError } from './domain/service-error.ts';
import { readArguments } from './process/arguments.ts';
import { runProcess } from './process/run-process.ts';

/** `npm run temporal:bootstrap`: registers the search attributes and the schedule, which workers do as well. */
async function main(): Promise<void> {
  const { env, warnings } = readEnvironment();
  const config = loadTemporalConfig(env, warnings);
  for (const warning of config.warnings) console.error(warning);
  const { connection: options, namespace, taskQueue } = config;
  const connection = await connected(Connection.connect(options));
  try {
    const { names, warning } = await ensureSearchAttributes(connection, namespace);
    if (warning !== null) console.error(warning.message);
    else console.log(`The namespace ${namespace} has the search attributes ${names.join(', ')}.`);
    const client = new Client({ connection, namespace });
    const schedule = await ensureSiteDirectorySchedule(client, taskQueue);
    if (!schedule.exists) throw new ServiceError(schedule.code, schedule.message);
    console.log(`It has the schedule ${siteDirectoryIdOf(taskQueue)}.`);
  } finally {
    await connection.close();
  }
}

readArguments({
  name: 'npm run temporal:bootstrap',
  does: 'Registers the search attributes and the schedule of this service in the Temporal namespace. Workers do the same when they start, if their credentials permit it. Safe to repeat.',
  environment: {
    'TEMPORAL_*': 'Where Temporal is and how to reach it (default: 127.0.0.1:7233).',
    TASK_QUEUE: 'The task queue of the workers; each has a schedule of its own.',
    '.env': 'Is read too, if there is one; .env.example explains each name.',
  },
});
await runProcess(main);

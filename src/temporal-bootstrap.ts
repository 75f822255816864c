import { Client, Connection } from '@temporalio/client';

import { ensureSearchAttributes } from './clients/temporal/search-attributes.ts';
import { ensureSiteDirectorySchedule } from './clients/temporal/site-directory-schedule.ts';
import { connected } from './clients/temporal/connection.ts';
import { loadTemporalConfig, readEnvironment } from './config.ts';
import { SITE_DIRECTORY_ID } from './domain/names.ts';
import { ServiceError } from './domain/service-error.ts';
import { runProcess } from './process/run-process.ts';

/** `npm run temporal:bootstrap`: registers the search attributes and the schedule, which workers do as well. */
async function main(): Promise<void> {
  const { connection: options, namespace } = loadTemporalConfig(readEnvironment());
  const connection = await connected(Connection.connect(options));
  try {
    const names = await ensureSearchAttributes(connection, namespace);
    console.log(`The namespace ${namespace} has the search attributes ${names.join(', ')}.`);
    const schedule = await ensureSiteDirectorySchedule(new Client({ connection, namespace }));
    if (!schedule.exists) throw new ServiceError(schedule.code, schedule.message);
    console.log(`It has the schedule ${SITE_DIRECTORY_ID}.`);
  } finally {
    await connection.close();
  }
}

await runProcess(main);

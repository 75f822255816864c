import './process/node-version.cjs';

import { Client, Connection } from '@temporalio/client';

import { ensureSiteDirectorySchedule } from './clients/temporal/site-directory-schedule.ts';
import { walkSites } from './clients/temporal/site-directory-walk.ts';
import { connected } from './clients/temporal/connection.ts';
import { loadTemporalConfig, readEnvironment } from './config.ts';
import { ServiceError } from './domain/service-error.ts';
import type { SiteWalkReport } from './domain/site-phone.ts';
import { readArguments } from './process/arguments.ts';
import { runProcess } from './process/run-process.ts';

/**
 * `npm run site-directory`: walks through ConnectWise's sites now instead of at night, shows how far
 * the walk has come and ends with what it found. A worker has to run: it is the worker that walks.
 */
async function main(): Promise<void> {
  const { env, warnings } = readEnvironment();
  const config = loadTemporalConfig(env, warnings);
  for (const warning of config.warnings) console.error(warning);
  const { connection: options, namespace, taskQueue } = config;
  const connection = await connected(Connection.connect(options));
  try {
    const client = new Client({ connection, namespace });
    const schedule = await ensureSiteDirectorySchedule(client, taskQueue);
    if (!schedule.exists) throw new ServiceError(schedule.code, schedule.message);

    let reported = -1;
    const tell = (report: SiteWalkReport) => {
      if (report.companies === reported) return;
      reported = report.companies;
      console.log(`${report.companies} companies, ${report.numbers} numbers so far …`);
    };
    const { companies, numbers, removed } = await walkSites(client, tell, { taskQueue });
    console.log(
      `Looked at the sites of ${companies} companies: the directory holds ${numbers} numbers of theirs, and ${removed} of companies that have gone were removed.`,
    );
  } finally {
    await connection.close();
  }
}

readArguments({
  name: 'npm run site-directory',
  does: 'Walks through the sites of all companies in ConnectWise and stores their phone numbers, by which callers are recognised. A running worker does the walking; this command starts it and reports on it.',
  environment: {
    'TEMPORAL_*': 'Where Temporal is and how to reach it (default: 127.0.0.1:7233).',
    TASK_QUEUE: 'The task queue of the workers; each has a schedule of its own.',
    '.env': 'Is read too, if there is one; .env.example explains each name.',
  },
});
await runProcess(main);

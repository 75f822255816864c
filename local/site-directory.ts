import { Client, Connection } from '@temporalio/client';

import { ensureSiteDirectorySchedule } from '../src/clients/temporal/site-directory-schedule.ts';
import { walkSites } from '../src/clients/temporal/site-directory-walk.ts';
import { loadTemporalConfig } from '../src/config.ts';
import { siteDirectoryIdOf } from '../src/domain/names.ts';
import { ServiceError } from '../src/domain/service-error.ts';
import type { SiteWalkReport, SiteWalkResult } from '../src/domain/site-phone.ts';
import { LocalRunError } from './local-run-error.ts';
import type { Report } from './tools/tool.ts';

type Environment = Readonly<Record<string, string>>;

/**
 * Has the worker walk through the sites once, as `npm run site-directory` does. The schedule would do so
 * at night, when a laptop is asleep, and one sample call is matched only by a site's number.
 */
export async function fillSiteDirectory(env: Environment, report: Report): Promise<SiteWalkResult> {
  try {
    return await withClient(env, async (client, taskQueue) => {
      await ensureSiteDirectorySchedule(client, taskQueue);
      const tell = ({ companies }: SiteWalkReport) => report(`${companies} companies`);
      return await walkSites(client, tell, { taskQueue });
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new LocalRunError(`The site directory could not be filled. ${error.message}`);
  }
}

/**
 * Pauses the nightly walk of this run's task queue, or lets it go on. To be called before a worker
 * starts: the walk of a worker whose ConnectWise is a stand-in would replace the numbers of a real
 * directory by made-up ones.
 */
export async function holdSiteWalks(env: Environment, areHeld: boolean): Promise<void> {
  await withClient(env, async (client, taskQueue) => {
    const state = await ensureSiteDirectorySchedule(client, taskQueue);
    // Without a schedule there are no walks to hold.
    if (!state.exists) return;
    const schedule = client.schedule.getHandle(siteDirectoryIdOf(taskQueue));
    if (areHeld) {
      await schedule.pause("The sandbox's ConnectWise must not fill a real site directory.");
    } else {
      await schedule.unpause();
    }
  });
}

async function withClient<T>(
  env: Environment,
  use: (client: Client, taskQueue: string) => Promise<T>,
): Promise<T> {
  const { connection: options, namespace, taskQueue } = loadTemporalConfig(env);
  const connection = await Connection.connect(options);
  try {
    return await use(new Client({ connection, namespace }), taskQueue);
  } finally {
    await connection.close();
  }
}

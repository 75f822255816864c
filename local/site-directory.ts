import { Client, Connection } from '@temporalio/client';

import { ensureSiteDirectorySchedule } from '../src/clients/temporal/site-directory-schedule.ts';
import { walkSites } from '../src/clients/temporal/site-directory-walk.ts';
import { loadTemporalConfig } from '../src/config.ts';
import { ServiceError } from '../src/domain/service-error.ts';
import type { SiteWalkResult } from '../src/domain/site-phone.ts';
import { LocalRunError } from './local-run-error.ts';
import type { Report } from './tools/tool.ts';

/**
 * Has the worker walk through the sites once, as `npm run site-directory` does. The schedule would do so
 * at night, when a laptop is asleep, and one sample call is matched only by a site's number.
 */
export async function fillSiteDirectory(
  env: Readonly<Record<string, string>>,
  report: Report,
): Promise<SiteWalkResult> {
  const { connection: options, namespace } = loadTemporalConfig(env);
  const connection = await Connection.connect(options);
  try {
    const client = new Client({ connection, namespace });
    await ensureSiteDirectorySchedule(client);
    return await walkSites(client, ({ companies }) => report(`${companies} companies`));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new LocalRunError(`The site directory could not be filled. ${error.message}`);
  } finally {
    await connection.close();
  }
}

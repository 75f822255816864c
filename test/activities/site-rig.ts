import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

import {
  createSiteDirectoryActivities,
  type SiteDirectoryActivities,
} from '../../src/activities/site-directory/index.ts';
import {
  lookUpCompany,
  type LookUpCompanyDeps,
} from '../../src/activities/matching/look-up-company.ts';
import { createConnectWise } from '../../src/clients/connectwise/client.ts';
import { loadWorkerConfig } from '../../src/config.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import {
  createSitePhoneRepository,
  type SitePhoneRepository,
} from '../../src/repositories/site-phone-repository.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createSandboxClient, type SandboxClient } from '../support/sandbox-client.ts';
import { startTemporarySandbox } from '../support/temporary-sandbox.ts';

// Some tests make attempts fail on purpose, so the warnings about them are noise.
const QUIET = { logger: new DefaultLogger('ERROR') };

/** The site directory's activities with the real client, against the sandbox and PostgreSQL. */
export type SiteRig = {
  readonly sandbox: SandboxClient;
  readonly database: Database;
  readonly sitePhones: SitePhoneRepository;
  /** Which company a number belongs to, as the step matchCompany asks. */
  lookUp(number: string): ReturnType<typeof lookUpCompany>;
  readonly activities: SiteDirectoryActivities;
  /** Runs one attempt of a page; `heartbeatDetails` are those of the previous attempt. */
  refresh(
    walkId: string,
    afterCompanyId: string,
    attempt?: { heartbeatDetails?: unknown; onHeartbeat?: (details: unknown) => void },
  ): ReturnType<SiteDirectoryActivities['refreshSitePhones']>;
  /** Walks through all companies and removes what was not seen, as the workflow does. */
  walk(walkId: string): Promise<{ companies: number; numbers: number; removed: number }>;
  /** The directory as `site:company:number`, sorted. */
  rows(): Promise<string[]>;
  stop(): Promise<void>;
};

export async function startSiteRig(): Promise<SiteRig> {
  const stack = new AsyncDisposableStack();
  const testDatabase = await createTestDatabase();
  stack.defer(() => testDatabase.drop());
  const temporary = await startTemporarySandbox();
  stack.defer(() => temporary.stop());
  const config = loadWorkerConfig({
    ...sandboxEnvironment(temporary.addresses),
    DATABASE_URL: testDatabase.url,
    // High enough that the limit never matters here.
    CONNECTWISE_REQUESTS_PER_MINUTE: '100000',
  });
  const database = stack.adopt(createDatabase(config.database), (opened) => opened.close());
  const sitePhones = createSitePhoneRepository(database.prisma);
  const connectwise = createConnectWise(config.connectwise);
  const { numberRules } = config;
  const { region } = numberRules;
  const { excludedCompanyIds } = config.connectwise;
  const lookUpDeps: LookUpCompanyDeps = {
    sitePhones,
    connectwise,
    numberRules,
    excludedCompanyIds,
  };
  const activities = createSiteDirectoryActivities({ database, sitePhones, connectwise, region });

  const rig: SiteRig = {
    sandbox: createSandboxClient(temporary.addresses.controlUrl),
    database,
    sitePhones,
    lookUp: (number) => lookUpCompany(lookUpDeps, number, new AbortController().signal),
    activities,
    refresh(walkId, afterCompanyId, { heartbeatDetails, onHeartbeat } = {}) {
      const environment = new MockActivityEnvironment({ heartbeatDetails }, QUIET);
      if (onHeartbeat !== undefined) environment.on('heartbeat', onHeartbeat);
      return environment.run(activities.refreshSitePhones, { walkId, afterCompanyId });
    },
    async walk(walkId) {
      let afterCompanyId: string | null = '0';
      let walkStartedAt: string | null = null;
      const counted = { companies: 0, numbers: 0 };
      while (afterCompanyId !== null) {
        const page = await rig.refresh(walkId, afterCompanyId);
        walkStartedAt ??= page.startedAt;
        counted.companies += page.companies;
        counted.numbers += page.numbers;
        afterCompanyId = page.nextAfterCompanyId;
      }
      const end = { walkId, startedAt: walkStartedAt ?? '' };
      const environment = new MockActivityEnvironment({}, QUIET);
      const ended: Awaited<ReturnType<SiteDirectoryActivities['removeUnseenSitePhones']>> =
        await environment.run(activities.removeUnseenSitePhones, end);
      return { ...counted, ...ended };
    },
    async rows() {
      const rows = await database.prisma.sitePhone.findMany();
      return rows
        .map((row) => `${row.siteConnectwiseId}:${row.companyConnectwiseId}:${row.number}`)
        .toSorted();
    },
    stop: () => stack.disposeAsync(),
  };
  return rig;
}

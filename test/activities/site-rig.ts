import {
  createSiteDirectoryActivities,
  type SiteDirectoryActivities,
} from '../../src/activities/site-directory/index.ts';
import {
  lookUpCompany,
  type LookUpCompanyDeps,
} from '../../src/activities/matching/look-up-company.ts';
import { createConnectWise } from '../../src/clients/connectwise/client.ts';
import type { Database } from '../../src/repositories/database.ts';
import { createRequestQueue } from '../../src/repositories/request-queue.ts';
import {
  createSitePhoneRepository,
  type SitePhoneRepository,
} from '../../src/repositories/site-phone-repository.ts';
import { attemptOf } from '../support/attempt.ts';
import type { SandboxClient } from '../support/sandbox-client.ts';
import { startSurroundings } from '../support/surroundings.ts';

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
  const { stack, sandbox, database, config } = await startSurroundings();
  const sitePhones = createSitePhoneRepository(database.prisma);
  const connectwise = createConnectWise(
    config.connectwise,
    createRequestQueue(database, 'connectwise'),
  );
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
    sandbox,
    database,
    sitePhones,
    lookUp: (number) => lookUpCompany(lookUpDeps, number, new AbortController().signal),
    activities,
    refresh(walkId, afterCompanyId, { heartbeatDetails, onHeartbeat } = {}) {
      const environment = attemptOf({ heartbeatDetails });
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
      const ended: Awaited<ReturnType<SiteDirectoryActivities['removeUnseenSitePhones']>> =
        await attemptOf().run(activities.removeUnseenSitePhones, end);
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

import { Context, heartbeat } from '@temporalio/activity';
import type { CountryCode } from 'libphonenumber-js/max';

import type { ConnectWiseDirectory } from '../../clients/connectwise/directory.ts';
import type { FoundCompany } from '../../domain/company-match.ts';
import { readSitePhones } from '../../domain/site-phone.ts';
import type { Database } from '../../repositories/database.ts';
import type { SitePhoneRepository } from '../../repositories/site-phone-repository.ts';
import { keepAlive } from '../step/keep-alive.ts';

// A page is one activity, and so the unit of the workflow's history. At the default limit (30 requests
// a minute for the walk) fifty companies take under two minutes.
const COMPANIES_PER_PAGE = 50;

export type RefreshSitePhonesDeps = {
  readonly database: Database;
  readonly sitePhones: SitePhoneRepository;
  readonly connectwise: ConnectWiseDirectory;
  /** PHONE_REGION. */
  readonly region: CountryCode;
};

export type RefreshSitePhonesInput = {
  readonly walkId: string;
  /** The ConnectWise id of the last company done; `0` at the start. */
  readonly afterCompanyId: string;
};

export type RefreshSitePhonesResult = {
  /** Where the next page begins; `null` when there are no more companies. */
  readonly nextAfterCompanyId: string | null;
  /** How many companies were looked at, and how many numbers their sites have. */
  readonly companies: number;
  readonly numbers: number;
  /** The database's time before anything of the page was written. */
  readonly startedAt: string;
};

/** What the heartbeat tells the next attempt: how far this one came and what it has counted. */
type PageProgress = Omit<RefreshSitePhonesResult, 'nextAfterCompanyId'> & {
  readonly afterCompanyId: string;
};

/**
 * Reads the sites of the next companies and stores their numbers in the directory. May run twice,
 * because a company's rows are replaced each time. A retry continues after the last company done.
 */
export function createRefreshSitePhones(deps: RefreshSitePhonesDeps) {
  const { database, sitePhones, connectwise, region } = deps;
  return async (input: RefreshSitePhonesInput): Promise<RefreshSitePhonesResult> => {
    const { cancellationSignal: signal, info } = Context.current();
    let progress: PageProgress = toProgress(info.heartbeatDetails) ?? {
      afterCompanyId: input.afterCompanyId,
      companies: 0,
      numbers: 0,
      startedAt: (await database.currentTime()).toISOString(),
    };

    const walk = async (): Promise<RefreshSitePhonesResult> => {
      const page = await connectwise.listCompaniesAfter(
        progress.afterCompanyId,
        COMPANIES_PER_PAGE,
        signal,
      );
      for (const company of page) {
        const numbers = await refresh(company, input.walkId, signal);
        progress = {
          ...progress,
          afterCompanyId: company.id,
          companies: progress.companies + 1,
          numbers: progress.numbers + numbers,
        };
        heartbeat(progress);
      }
      const { afterCompanyId, ...counts } = progress;
      const isLast = page.length < COMPANIES_PER_PAGE;
      return { ...counts, nextAfterCompanyId: isLast ? null : afterCompanyId };
    };
    return keepAlive(walk, () => progress);
  };

  /** Returns how many numbers the company's sites have. Removes those of a company that was deleted. */
  async function refresh(
    company: FoundCompany,
    walkId: string,
    signal: AbortSignal,
  ): Promise<number> {
    const sites = (await connectwise.listSites(company.id, signal)) ?? [];
    const phones = readSitePhones(sites, company.countryName, region);
    const found = { companyConnectwiseId: company.id, walkId, phones };
    await database.transaction((tx) => sitePhones.replaceOfCompany(found, tx));
    return phones.length;
  }
}

/** `null` for the first attempt, or when the one before it ended before its first company. */
function toProgress(details: unknown): PageProgress | null {
  const given: Readonly<Partial<Record<keyof PageProgress, unknown>>> = Object(details);
  const { afterCompanyId, companies, numbers, startedAt } = given;
  return typeof afterCompanyId === 'string' &&
    typeof companies === 'number' &&
    typeof numbers === 'number' &&
    typeof startedAt === 'string'
    ? { afterCompanyId, companies, numbers, startedAt }
    : null;
}

import type { CountryCode } from 'libphonenumber-js/max';

import {
  matchCompany,
  type CompanyLookup,
  type FoundCompany,
  type FoundContact,
} from '../../domain/company-match.ts';
import { lastDigits } from '../../domain/phone-number.ts';
import { createDirectory, type ConnectWiseDirectory, type WithTimeout } from './directory.ts';
import { unavailable } from './errors.ts';
import { createLimiter, type Limiter, type RequestQueue } from './limiter.ts';
import { readAllPages } from './pages.ts';
import {
  companies as companiesQuery,
  contactsByDefaultPhone,
  contactsByItem,
  type ListQuery,
} from './query.ts';
import { companiesPage, contactsPage } from './records.ts';
import { createGet, type ConnectWiseAddress } from './transport.ts';

export type { CompanyLookup } from '../../domain/company-match.ts';

export type ConnectWiseConfig = ConnectWiseAddress & {
  readonly requestsPerMinute: number;
  readonly region: CountryCode;
  readonly excludedCompanyIds: readonly string[];
};

export type ConnectWise = ConnectWiseDirectory &
  Pick<Limiter, 'admitLookup'> & {
    /**
     * The company that an E.164 number belongs to, by contacts, companies and sites. Sites cannot be
     * searched: `siteCompanyIds` are the companies that have the number as a site's, from the
     * directory. To be asked once `admitLookup` has returned. No match is a result. Throws CONNECTWISE_* codes, without the number; an abort goes
     * through as the signal's reason.
     */
    findCompanyByPhone(
      number: string,
      siteCompanyIds: readonly string[],
      signal: AbortSignal,
    ): Promise<CompanyLookup>;
  };

/**
 * With the five seconds that a lookup may have waited for its turn, this stays inside the 20 s that an
 * attempt of the step has, with room for its transaction.
 */
const LOOKUP_TIMEOUT_MS = 14_000;

/** Ids in one request: at ten characters each, far below any limit on the length of a URL. */
const IDS_PER_REQUEST = 100;

/**
 * Creates the client. The limit on requests is shared by all that stand in this queue; a lookup has
 * `timeoutMs` in all, as has each request of a walk.
 */
export function createConnectWise(
  config: ConnectWiseConfig,
  queue: RequestQueue,
  timeoutMs: number = LOOKUP_TIMEOUT_MS,
): ConnectWise {
  const get = createGet(config);
  const limiter = createLimiter(config.requestsPerMinute, queue);

  const withTimeout: WithTimeout = async (signal, work) => {
    signal.throwIfAborted();
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      return await work(AbortSignal.any([signal, timeout]));
    } catch (error) {
      signal.throwIfAborted();
      if (!timeout.aborted) throw error;
      throw unavailable(`no answer within ${timeoutMs / 1000} s`, error);
    }
  };

  return {
    ...createDirectory(get, limiter, withTimeout),
    admitLookup: (place, signal) => limiter.admitLookup(place, signal),
    findCompanyByPhone: (number, siteCompanyIds, signal) =>
      withTimeout(signal, (limited) => lookUp(number, siteCompanyIds, limited)),
  };

  async function lookUp(
    number: string,
    siteCompanyIds: readonly string[],
    signal: AbortSignal,
  ): Promise<CompanyLookup> {
    const digits = lastDigits(number);
    const waited = { ms: 0 };
    const admit = () => limiter.admitAnother(waited, signal);
    const listContacts = (query: ListQuery) =>
      readAllPages(get, { path: '/company/contacts', query, schema: contactsPage }, admit, signal);
    const listCompanies = (query: ListQuery) =>
      readAllPages(
        get,
        { path: '/company/companies', query, schema: companiesPage },
        admit,
        signal,
      );

    const contacts: FoundContact[] = [
      ...(await listContacts(contactsByItem(digits))),
      ...(await listContacts(contactsByDefaultPhone(digits))),
    ];
    // The companies of sites are asked for anew: whether they still count, and their names.
    const named = [...siteCompanyIds, ...contacts.map(({ companyId }) => companyId)];
    const ids = [...new Set(named)].filter((id) => id !== null);
    const companies: FoundCompany[] = await listCompanies(
      companiesQuery(digits, ids.slice(0, IDS_PER_REQUEST)),
    );
    for (let from = IDS_PER_REQUEST; from < ids.length; from += IDS_PER_REQUEST) {
      await admit();
      const query = companiesQuery(null, ids.slice(from, from + IDS_PER_REQUEST));
      companies.push(...(await listCompanies(query)));
    }
    const { region, excludedCompanyIds } = config;
    return matchCompany({
      number,
      contacts,
      companies,
      siteCompanyIds,
      region,
      excludedCompanyIds,
    });
  }
}

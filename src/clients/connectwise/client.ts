import type { FoundCompany, FoundContact, SiteCountries } from '../../domain/company-match.ts';
import { CONNECTWISE_CODES } from '../../domain/error-codes/connectwise.ts';
import { lastDigits } from '../../domain/phone-number.ts';
import { hostOf, locateFailures } from '../shared/locate-failures.ts';
import { createDirectory, type ConnectWiseDirectory } from './directory.ts';
import { createLimiter, type Limiter, type RequestQueue } from './limiter.ts';
import { readAllPages } from './pages.ts';
import {
  activeSites,
  companies as companiesQuery,
  contactsByDefaultPhone,
  contactsByItem,
  type ListQuery,
} from './query.ts';
import { companiesPage, contactsPage, sitesPage } from './records.ts';
import { createTransport, type ConnectWiseAddress } from './transport.ts';

export type ConnectWiseConfig = ConnectWiseAddress & {
  readonly requestsPerMinute: number;
};

/**
 * What ConnectWise found for a phone number by its last digits. Whether one of them really has that
 * number is decided by the rule in the domain, not here.
 */
type PhoneCandidates = {
  readonly contacts: readonly FoundContact[];
  /** Found by their own number, as a contact's company or as a site's company. */
  readonly companies: readonly FoundCompany[];
};

export type ConnectWise = ConnectWiseDirectory &
  Pick<Limiter, 'admitLookup'> & {
    /**
     * The contacts and companies that may have an E.164 number. Sites cannot be searched, so the
     * companies named in `siteCompanyIds` (from the site directory) are looked up by id. To be asked
     * once `admitLookup` has resolved. Nothing found is a result. Throws CONNECTWISE_* codes, without
     * the number; an abort goes through as the signal's reason.
     */
    findByPhone(
      number: string,
      siteCompanyIds: readonly string[],
      signal: AbortSignal,
    ): Promise<PhoneCandidates>;
    /** The countries of a company's active sites. Throws as `findByPhone` does. */
    listSiteCountries(companyId: string, signal: AbortSignal): Promise<SiteCountries>;
  };

/**
 * With the five seconds that a lookup may have waited for its turn, this stays inside the 20 s that an
 * attempt of the step has, with room for its transaction.
 */
const LOOKUP_TIMEOUT_MS = 14_000;

/** Ids in one request. At ten characters each, that is far below any limit on the length of a URL. */
const IDS_PER_REQUEST = 100;

/**
 * Creates the client. All clients whose requests stand in the same queue share one limit. A lookup as a whole has `timeoutMs`, and so
 * has each single request of a walk.
 */
export function createConnectWise(
  config: ConnectWiseConfig,
  queue: RequestQueue,
  timeoutMs: number = LOOKUP_TIMEOUT_MS,
): ConnectWise {
  const transport = createTransport(config, timeoutMs);
  const limiter = createLimiter(config.requestsPerMinute, queue);
  const directory = createDirectory(transport, limiter);
  const atHost = <T>(request: () => Promise<T>): Promise<T> =>
    locateFailures(`host ${hostOf(config.url)}`, CONNECTWISE_CODES, request);

  return {
    listCompaniesAfter: (...input) => atHost(() => directory.listCompaniesAfter(...input)),
    listSites: (...input) => atHost(() => directory.listSites(...input)),
    admitLookup: (place, signal) => limiter.admitLookup(place, signal),
    findByPhone: (number, siteCompanyIds, signal) =>
      atHost(() =>
        transport.withDeadline(signal, (limited) => lookUp(number, siteCompanyIds, limited)),
      ),
    listSiteCountries: (companyId, signal) =>
      atHost(() => transport.withDeadline(signal, (limited) => listCountries(companyId, limited))),
  };

  async function listCountries(companyId: string, signal: AbortSignal): Promise<SiteCountries> {
    const waited = { ms: 0 };
    const admit = () => limiter.admitAnother(waited, signal);
    await admit();
    const path = `/company/companies/${companyId}/sites`;
    const list = { path, query: activeSites, schema: sitesPage };
    const sites = await readAllPages(transport.get, list, { admit, signal });
    return new Map(sites.map(({ id, countryName }) => [id, countryName]));
  }

  async function lookUp(
    number: string,
    siteCompanyIds: readonly string[],
    signal: AbortSignal,
  ): Promise<PhoneCandidates> {
    const digits = lastDigits(number);
    const waited = { ms: 0 };
    const admit = () => limiter.admitAnother(waited, signal);
    const listContacts = (query: ListQuery) => {
      const list = { path: '/company/contacts', query, schema: contactsPage };
      return readAllPages(transport.get, list, { admit, signal });
    };
    const listCompanies = (query: ListQuery) => {
      const list = { path: '/company/companies', query, schema: companiesPage };
      return readAllPages(transport.get, list, { admit, signal });
    };

    const contacts: FoundContact[] = [
      ...(await listContacts(contactsByItem(digits))),
      ...(await listContacts(contactsByDefaultPhone(digits))),
    ];
    // The companies of sites are looked up again, because they may have been renamed or deleted.
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
    return { contacts, companies };
  }
}

import type { CountryCode } from 'libphonenumber-js/max';

import {
  matchCompany,
  type CompanyLookup,
  type FoundCompany,
  type FoundContact,
} from '../../domain/company-match.ts';
import { lastDigits } from '../../domain/phone-number.ts';
import { createDirectory, type ConnectWiseDirectory } from './directory.ts';
import { createLimiter, REQUESTS_PER_LOOKUP } from './limiter.ts';
import { readAllPages } from './pages.ts';
import {
  companies as companiesQuery,
  contactsByDefaultPhone,
  contactsByItem,
  type ListQuery,
} from './query.ts';
import { companiesPage, contactsPage } from './records.ts';
import { createTransport, type ConnectWiseAddress } from './transport.ts';

export type { CompanyLookup } from '../../domain/company-match.ts';

export type ConnectWiseConfig = ConnectWiseAddress & {
  readonly requestsPerMinute: number;
  readonly region: CountryCode;
  readonly excludedCompanyIds: readonly string[];
};

export type ConnectWise = ConnectWiseDirectory & {
  /**
   * The company that an E.164 number belongs to, by contacts, companies and sites. Sites cannot be
   * searched: `siteCompanyIds` are the companies that have the number as a site's, from the
   * directory. No match is a result. Throws CONNECTWISE_* codes, without the number; an abort goes
   * through as the signal's reason.
   */
  findCompanyByPhone(
    number: string,
    siteCompanyIds: readonly string[],
    signal: AbortSignal,
  ): Promise<CompanyLookup>;
};

/** Inside the 20 s that an attempt of the step has, with room for its transaction. */
const LOOKUP_TIMEOUT_MS = 16_000;

/** Ids in one request. At ten characters each, that is far below any limit on the length of a URL. */
const IDS_PER_REQUEST = 100;

/**
 * Creates the client. All its requests share one limit. A lookup as a whole has `timeoutMs`, and so
 * has each single request of a walk.
 */
export function createConnectWise(
  config: ConnectWiseConfig,
  timeoutMs: number = LOOKUP_TIMEOUT_MS,
): ConnectWise {
  const transport = createTransport(config, timeoutMs);
  const limiter = createLimiter(config.requestsPerMinute);

  return {
    ...createDirectory(transport, limiter),
    findCompanyByPhone: (number, siteCompanyIds, signal) =>
      transport.withDeadline(signal, (limited) => lookUp(number, siteCompanyIds, limited)),
  };

  async function lookUp(
    number: string,
    siteCompanyIds: readonly string[],
    signal: AbortSignal,
  ): Promise<CompanyLookup> {
    const digits = lastDigits(number);
    const waited = { ms: 0 };
    const admit = () => limiter.admit(1, waited, signal);
    const listContacts = (query: ListQuery) => {
      const list = { path: '/company/contacts', query, schema: contactsPage };
      return readAllPages(transport.get, list, { admit, signal });
    };
    const listCompanies = (query: ListQuery) => {
      const list = { path: '/company/companies', query, schema: companiesPage };
      return readAllPages(transport.get, list, { admit, signal });
    };

    await limiter.admit(REQUESTS_PER_LOOKUP, waited, signal);
    const contacts: FoundContact[] = [
      ...(await listContacts(contactsByItem(digits))),
      ...(await listContacts(contactsByDefaultPhone(digits))),
    ];
    // The companies of the sites are asked for again: whether they still count, and their names.
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

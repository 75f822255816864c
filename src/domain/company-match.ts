import type { CountryCode } from 'libphonenumber-js/max';

import { chooseCountry } from './country.ts';
import { countryOf, readStoredNumber } from './phone-number.ts';

/** A phone value as ConnectWise stores it: free text, with the name of its type ("Direct", "Fax"). */
export type StoredPhone = { readonly value: string; readonly typeName: string | null };

export type FoundContact = {
  readonly id: string;
  readonly inactive: boolean;
  /** `null` when the contact has no company, or the API member may not see it. */
  readonly companyId: string | null;
  /** The site of the company at which the contact works; `null` when it is not given. */
  readonly siteId: string | null;
  /** The items whose communicationType is Phone, and the default phone. */
  readonly phones: readonly StoredPhone[];
};

export type FoundCompany = {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
  /** The English name of the country. */
  readonly countryName: string | null;
  readonly phoneNumber: string | null;
};

/** From the id of a site to the English name of its country; `null` when it is not given. */
export type SiteCountries = ReadonlyMap<string, string | null>;

export type MatchQuestion = {
  /** The external party, E.164. */
  readonly number: string;
  readonly contacts: readonly FoundContact[];
  /** The companies of the contacts and of the sites, and those found by their own number. */
  readonly companies: readonly FoundCompany[];
  /** The companies that have an active site with exactly this number, according to the site directory. */
  readonly siteCompanyIds: readonly string[];
  /** The English names of the countries of contacts' sites, as far as they were looked up. */
  readonly siteCountries: SiteCountries;
  readonly region: CountryCode;
  readonly excludedCompanyIds: readonly string[];
};

/** One of several companies that share a number. */
type CompanyCandidate = { readonly connectwiseId: string; readonly name: string };

/**
 * Which company a number belongs to. `incompleteContactIds` are active contacts that have the number
 * but no visible company, most likely because of the API member's rights.
 */
export type CompanyLookup =
  | {
      readonly match: 'MATCHED';
      readonly company: { readonly connectwiseId: string; readonly name: string };
      readonly incompleteContactIds: readonly string[];
    }
  | {
      readonly match: 'AMBIGUOUS';
      /** By ConnectWise id. */
      readonly candidates: readonly CompanyCandidate[];
      readonly incompleteContactIds: readonly string[];
    }
  | { readonly match: 'UNKNOWN'; readonly incompleteContactIds: readonly string[] };

/**
 * Decides from the records that ConnectWise found by the last digits. A company matches when its own
 * phone value, or that of one of its active contacts or sites, is the same E.164 number. The first hit
 * never wins: several companies are AMBIGUOUS. A deleted or excluded company never matches.
 */
export function matchCompany(question: MatchQuestion): CompanyLookup {
  const { number, region, excludedCompanyIds, siteCountries } = question;
  const companies = new Map(question.companies.map((company) => [company.id, company]));
  const matched = new Map<string, FoundCompany>();
  const incomplete = new Set<string>();

  const mayMatch = (company: FoundCompany) =>
    !company.deleted && !excludedCompanyIds.includes(company.id);
  const consider = (
    company: FoundCompany,
    phones: readonly StoredPhone[],
    siteId: string | null = null,
  ) => {
    const siteCountry = siteId === null ? null : (siteCountries.get(siteId) ?? null);
    const country = chooseCountry([siteCountry, company.countryName], region);
    if (mayMatch(company) && hasNumber(phones, number, country)) matched.set(company.id, company);
  };

  for (const company of companies.values()) {
    consider(company, [{ value: company.phoneNumber ?? '', typeName: null }]);
  }
  for (const id of question.siteCompanyIds) {
    // A company that ConnectWise no longer shows was deleted after its sites were read.
    const company = companies.get(id);
    if (company !== undefined && mayMatch(company)) matched.set(id, company);
  }
  for (const contact of question.contacts.filter(({ inactive }) => !inactive)) {
    const company = contact.companyId === null ? undefined : companies.get(contact.companyId);
    if (company !== undefined) {
      consider(company, contact.phones, contact.siteId);
    } else if (!isExcluded(contact) && hasNumber(contact.phones, number, region)) {
      incomplete.add(contact.id);
    }
  }
  return toLookup([...matched.values()], [...incomplete].sort(byNumber));

  function isExcluded({ companyId }: FoundContact): boolean {
    return companyId !== null && excludedCompanyIds.includes(companyId);
  }
}

/**
 * The companies whose sites' countries decide: a contact at one of them has the number if its
 * national value is read with the number's own country, and not with the company's.
 */
export function companiesToPlace({
  number,
  region,
  contacts,
  companies,
}: Pick<MatchQuestion, 'number' | 'region' | 'contacts' | 'companies'>): string[] {
  const home = countryOf(number);
  if (home === null) return [];
  const abroad = companies.filter(({ id, countryName }) => {
    const usual = chooseCountry([countryName], region);
    return contacts.some(
      ({ inactive, companyId, siteId, phones }) =>
        !inactive &&
        companyId === id &&
        siteId !== null &&
        hasNumber(phones, number, home) &&
        !hasNumber(phones, number, usual),
    );
  });
  return [...new Set(abroad.map(({ id }) => id))];
}

function toLookup(
  companies: readonly FoundCompany[],
  incompleteContactIds: readonly string[],
): CompanyLookup {
  const [first, ...others] = companies;
  if (first === undefined) return { match: 'UNKNOWN', incompleteContactIds };
  if (others.length > 0) {
    const candidates = companies
      .map(({ id, name }) => ({ connectwiseId: id, name }))
      .toSorted((left, right) => byNumber(left.connectwiseId, right.connectwiseId));
    return { match: 'AMBIGUOUS', candidates, incompleteContactIds };
  }
  const company = { connectwiseId: first.id, name: first.name };
  return { match: 'MATCHED', company, incompleteContactIds };
}

/** A number that is kept as a fax line does not count, whatever field it is in: nobody calls from it. */
function hasNumber(phones: readonly StoredPhone[], number: string, country: CountryCode): boolean {
  return phones.some(
    ({ value, typeName }) =>
      !(typeName ?? '').toLowerCase().includes('fax') &&
      readStoredNumber(value, country) === number,
  );
}

/** ConnectWise ids are numbers; the order is only for people who compare two log rows. */
function byNumber(left: string, right: string): number {
  return Number(left) - Number(right);
}

import type { CountryCode } from 'libphonenumber-js/max';

import { chooseCountry } from './country.ts';
import { readStoredNumber } from './phone-number.ts';

/** A site of a company, as ConnectWise lists it. */
export type FoundSite = {
  readonly id: string;
  readonly inactive: boolean;
  /** The English name of the country; `null` when it is not given. */
  readonly countryName: string | null;
  /** Free text. */
  readonly phoneNumber: string | null;
};

/** A site's number in E.164. */
export type SitePhone = { readonly siteId: string; readonly number: string };

/**
 * The valid numbers of a company's active sites. A national number is read with the site's country,
 * otherwise the company's, otherwise `region`.
 */
export function readSitePhones(
  sites: readonly FoundSite[],
  companyCountryName: string | null,
  region: CountryCode,
): SitePhone[] {
  const phones = new Map<string, SitePhone>();
  for (const { id, inactive, countryName, phoneNumber } of sites) {
    const country = chooseCountry([countryName, companyCountryName], region);
    const number = inactive ? null : readStoredNumber(phoneNumber ?? '', country);
    // A list that changes while its pages are read may show a site twice.
    if (number !== null) phones.set(id, { siteId: id, number });
  }
  return [...phones.values()];
}

/** The progress of a walk: the companies looked at so far, and the numbers of their sites. */
export type SiteWalkReport = { readonly companies: number; readonly numbers: number };

export type SiteWalkResult = SiteWalkReport & {
  /** The numbers that were removed because their company no longer exists. */
  readonly removed: number;
};

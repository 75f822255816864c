import type { CountryCode } from 'libphonenumber-js/max';

import { chooseCountry } from './country.ts';
import { readStoredNumber } from './phone-number.ts';

/** A site of a company, as ConnectWise lists it. */
export type FoundSite = {
  readonly id: string;
  readonly inactive: boolean;
  /** The English name of the country; `null` when it is not told. */
  readonly countryName: string | null;
  /** Free text. */
  readonly phoneNumber: string | null;
};

/** A site's number in E.164. */
export type SitePhone = { readonly siteId: string; readonly number: string };

/**
 * The numbers by which a company's sites are known: those of the active ones that are valid. A
 * national number is read with the site's country, else the company's, else `region`.
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

/** How far a walk through the companies has come: those looked at, and the numbers of their sites. */
export type SiteWalkReport = { readonly companies: number; readonly numbers: number };

export type SiteWalkResult = SiteWalkReport & {
  /** The numbers that are gone because their company is. */
  readonly removed: number;
};

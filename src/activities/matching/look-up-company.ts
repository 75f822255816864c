import type { ConnectWise } from '../../clients/connectwise/client.ts';
import { companiesToPlace, matchCompany, type CompanyLookup } from '../../domain/company-match.ts';
import type { NumberRules } from '../../domain/external-party.ts';
import type { SitePhoneRepository } from '../../repositories/site-phone-repository.ts';

export type LookUpCompanyDeps = {
  readonly sitePhones: Pick<SitePhoneRepository, 'listCompanyIds'>;
  readonly connectwise: Pick<ConnectWise, 'findByPhone' | 'listSiteCountries'>;
  readonly numberRules: Pick<NumberRules, 'region'>;
  /** The ConnectWise ids of companies that never match: the MSP itself and catch-all companies. */
  readonly excludedCompanyIds: readonly string[];
};

/**
 * Which company an E.164 number belongs to, from what the site directory and ConnectWise know of it.
 * No match is a result. Throws CONNECTWISE_* codes.
 */
export async function lookUpCompany(
  { sitePhones, connectwise, numberRules, excludedCompanyIds }: LookUpCompanyDeps,
  number: string,
  signal: AbortSignal,
): Promise<CompanyLookup> {
  const siteCompanyIds = await sitePhones.listCompanyIds(number);
  const candidates = await connectwise.findByPhone(number, siteCompanyIds, signal);
  const { region } = numberRules;
  const siteCountries = new Map<string, string | null>();
  // A request for each company, so only where a site's country decides.
  for (const companyId of companiesToPlace({ ...candidates, number, region })) {
    const countries = await connectwise.listSiteCountries(companyId, signal);
    for (const [siteId, countryName] of countries) siteCountries.set(siteId, countryName);
  }
  const question = { ...candidates, number, siteCompanyIds, siteCountries };
  return matchCompany({ ...question, region, excludedCompanyIds });
}

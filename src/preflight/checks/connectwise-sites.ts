import { ok, type Check } from '../check.ts';
import { CONNECTWISE_REMEDIES } from './connectwise.ts';

type ConnectWise = {
  firstCompany(signal: AbortSignal): Promise<string | null>;
  countSites(companyId: string, signal: AbortSignal): Promise<number>;
};

/** Whether the sites of a company may be listed, as the nightly walk does. */
export function connectWiseSitesCheck(connectwise: ConnectWise, needs: readonly Check[]): Check {
  return {
    name: 'ConnectWise: sites',
    needs,
    remedies: {
      ...CONNECTWISE_REMEDIES,
      CONNECTWISE_CREDENTIALS_REFUSED:
        'Give the security role of the API member Companies > Manage Sites (or Company Maintenance): Inquire All.',
    },
    async run(signal) {
      const company = await connectwise.firstCompany(signal);
      // The check that this one needs has seen one a moment ago.
      if (company !== null) await connectwise.countSites(company, signal);
      return ok('The sites of a company may be listed.');
    },
  };
}

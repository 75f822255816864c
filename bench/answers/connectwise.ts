import type { ConnectWise } from '../../src/clients/connectwise/client.ts';
import { createLimiter, type RequestQueue } from '../../src/clients/connectwise/limiter.ts';
import { companyOf } from './callers.ts';

// The most that CONNECTWISE_REQUESTS_PER_MINUTE takes: the bench measures the work, not the waiting.
const REQUESTS_PER_MINUTE = 100_000;

/** A ConnectWise that answers at once; who may ask when is decided by the real limiter in the database. */
export function answeringConnectWise(queue: RequestQueue): ConnectWise {
  const limiter = createLimiter(REQUESTS_PER_MINUTE, queue);
  return {
    admitLookup: (place, signal) => limiter.admitLookup(place, signal),
    async findByPhone(number) {
      const { id, name } = companyOf(number);
      const contact = {
        id: `1${id}`,
        inactive: false,
        companyId: id,
        siteId: null,
        phones: [{ value: number, typeName: 'Direct' }],
      };
      const company = {
        id,
        name,
        deleted: false,
        countryName: 'United Kingdom',
        phoneNumber: null,
      };
      return { contacts: [contact], companies: [company] };
    },
    listSiteCountries: async () => new Map(),
    listCompaniesAfter: async () => [],
    listSites: async () => [],
  };
}

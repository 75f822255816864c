import { readPage } from './pages.ts';
import { activeSites, anyContacts, companiesAfter } from './query.ts';
import { companiesPage, contactsPage, sitesPage } from './records.ts';
import { createTransport, type ConnectWiseAddress } from './transport.ts';

type ConnectWiseQuestions = {
  /** The id of the first company that the API member sees; `null` if it sees none. */
  firstCompany(signal: AbortSignal): Promise<string | null>;
  /** Of the first contacts, how many there are, and how many show the company that they belong to. */
  contacts(signal: AbortSignal): Promise<{ readonly seen: number; readonly withCompany: number }>;
  /** How many sites of a company the API member sees. */
  countSites(companyId: string, signal: AbortSignal): Promise<number>;
};

const REQUEST_TIMEOUT_MS = 8_000;

// A contact may really have no company; of so many, most have one.
const CONTACTS = 50;

/**
 * Creates the questions that are asked of ConnectWise before the service is started: one small request
 * each, beside the limit of the workers. They throw CONNECTWISE_* codes.
 */
export function createConnectWiseQuestions(address: ConnectWiseAddress): ConnectWiseQuestions {
  const { get, withDeadline } = createTransport(address, REQUEST_TIMEOUT_MS);

  return {
    firstCompany: (signal) =>
      withDeadline(signal, async (limited) => {
        const list = {
          path: '/company/companies',
          query: companiesAfter('0'),
          schema: companiesPage,
        };
        const { items } = await readPage(get, list, { page: 1, pageSize: 1, signal: limited });
        return items[0]?.id ?? null;
      }),

    contacts: (signal) =>
      withDeadline(signal, async (limited) => {
        const list = { path: '/company/contacts', query: anyContacts, schema: contactsPage };
        const how = { page: 1, pageSize: CONTACTS, signal: limited };
        const { items } = await readPage(get, list, how);
        const withCompany = items.filter(({ companyId }) => companyId !== null).length;
        return { seen: items.length, withCompany };
      }),

    countSites: (companyId, signal) =>
      withDeadline(signal, async (limited) => {
        const path = `/company/companies/${companyId}/sites`;
        const list = { path, query: activeSites, schema: sitesPage };
        const { items } = await readPage(get, list, { page: 1, pageSize: 1, signal: limited });
        return items.length;
      }),
  };
}

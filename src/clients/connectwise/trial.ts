import { lastDigits } from '../../domain/phone-number.ts';
import type { KeepReply } from '../shared/kept-reply.ts';
import { readPage, type List } from './pages.ts';
import { activeSites, anyContacts, companiesAfter, contactsByItem } from './query.ts';
import { companiesPage, contactsPage, sitesPage } from './records.ts';
import { createTransport, type ConnectWiseAddress } from './transport.ts';

export type DirectoryTrial = {
  /** Asks for one page of everything that a lookup and the site directory read. Throws CONNECTWISE_* codes. */
  ask(keep: KeepReply, signal: AbortSignal): Promise<void>;
};

const REQUEST_TIMEOUT_MS = 8_000;

/** Enough to see the fields that only some records have. */
const RECORDS = 50;

/** Eight digits at least, as lookups have them. */
const SEARCHABLE = /\d{8}/;

/** The fields that records.ts reads. */
const READS = {
  contacts: [
    ...['[].id', '[].company.id', '[].site.id', '[].inactiveFlag'],
    ...['[].communicationItems[].value', '[].communicationItems[].communicationType'],
    ...['[].communicationItems[].type.name', '[].defaultPhoneNbr', '[].defaultPhoneType'],
  ],
  companies: ['[].id', '[].name', '[].phoneNumber', '[].country.name', '[].deletedFlag'],
  sites: ['[].id', '[].phoneNumber', '[].country.name', '[].inactiveFlag'],
} as const;

/** Creates the requests of one trial of ConnectWise: they only read. */
export function createDirectoryTrial(address: ConnectWiseAddress): DirectoryTrial {
  const { get, withDeadline } = createTransport(address, REQUEST_TIMEOUT_MS);

  return {
    async ask(keep, signal) {
      const page = <T>(operation: keyof typeof READS, list: List<T>): Promise<T[]> =>
        withDeadline(signal, async (limited) => {
          const keeping: typeof get = async (...input) => {
            const answer = await get(...input);
            keep({ operation, reply: answer.json, reads: READS[operation] });
            return answer;
          };
          const how = { page: 1, pageSize: RECORDS, signal: limited };
          return (await readPage(keeping, list, how)).items;
        });
      const contacts = { path: '/company/contacts', schema: contactsPage };
      const found = await page('contacts', { ...contacts, query: anyContacts });
      const companies = { path: '/company/companies', schema: companiesPage };
      const [company] = await page('companies', { ...companies, query: companiesAfter('0') });
      const numbers = found.flatMap(({ phones }) => phones.map(({ value }) => lastDigits(value)));
      const digits = numbers.find((number) => SEARCHABLE.test(number));
      if (digits !== undefined) {
        await page('contacts', { ...contacts, query: contactsByItem(digits) });
      }
      if (company === undefined) return;
      const path = `/company/companies/${company.id}/sites`;
      await page('sites', { path, query: activeSites, schema: sitesPage });
    },
  };
}

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxContext } from '../core/context.ts';
import { openJournal } from '../core/journal.ts';
import type { JsonObject } from './fields.ts';
import {
  RecordsSchema,
  type Company,
  type Contact,
  type Records,
  type Site,
} from './record-schema.ts';

/** The records in the form of ConnectWise's answers, with every reference filled in. */
export type Directory = {
  readonly companies: readonly JsonObject[];
  readonly contacts: readonly JsonObject[];
  readonly sites: readonly JsonObject[];
};

const DATA_FILE = join(import.meta.dirname, '..', 'data', 'connectwise.json');

/** A contact or a site names a company that does not exist. The control plane answers with this status. */
class UnknownCompanyError extends Error {
  readonly statusCode = 400;
}

/**
 * Adds companies, contacts and sites at run time; a record with a known id replaces the old one. Survives a restart.
 *
 * @throws ZodError if the body does not match RecordsSchema, and UnknownCompanyError if a record names a company that
 * does not exist.
 */
export function addConnectWiseRecords(
  context: Pick<SandboxContext, 'dataDir'>,
  body: unknown,
): { companies: number; contacts: number; sites: number } {
  const added = RecordsSchema.parse(body);
  const known = readRecords(context.dataDir);
  checkReferences(merge([...known, added]));
  const { journal } = openJournal<Records>(journalPath(context.dataDir));
  journal.append(added);
  journal.close();
  return {
    companies: added.companies.length,
    contacts: added.contacts.length,
    sites: added.sites.length,
  };
}

/**
 * Returns the current records on each call: the data file and the added records are read again when either has
 * changed, so that both can be edited while the sandbox runs.
 */
export function createDirectoryReader(context: Pick<SandboxContext, 'dataDir'>): () => Directory {
  let seen = '';
  let directory: Directory = { companies: [], contacts: [], sites: [] };
  return () => {
    const state = [DATA_FILE, journalPath(context.dataDir)].map(fingerprint).join(' ');
    if (state !== seen) {
      const records = merge(readRecords(context.dataDir));
      checkReferences(records);
      directory = toDirectory(records);
      seen = state;
    }
    return directory;
  };
}

function journalPath(dataDir: string): string {
  return join(dataDir, 'connectwise', 'added-records.jsonl');
}

function fingerprint(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '-' : `${String(stats.size)}:${String(stats.mtimeMs)}`;
}

/** The data file first, then the added records in the order in which they were added. */
function readRecords(dataDir: string): Records[] {
  const path = journalPath(dataDir);
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return [readFileSync(DATA_FILE, 'utf8'), ...lines].map((text) =>
    RecordsSchema.parse(JSON.parse(text)),
  );
}

function merge(all: readonly Records[]): Records {
  const companies = new Map(all.flatMap((part) => part.companies).map((one) => [one.id, one]));
  const contacts = new Map(all.flatMap((part) => part.contacts).map((one) => [one.id, one]));
  const sites = new Map(all.flatMap((part) => part.sites ?? []).map((one) => [one.id, one]));
  return {
    companies: [...companies.values()],
    contacts: [...contacts.values()],
    sites: [...sites.values()],
  };
}

function checkReferences({ companies, contacts, sites }: Records): void {
  const companyIds = new Set(companies.map(({ id }) => id));
  const check = (kind: string, id: number, companyId: number | undefined): void => {
    if (companyId === undefined || companyIds.has(companyId)) return;
    throw new UnknownCompanyError(
      `Failed to read the ConnectWise records: ${kind} ${String(id)} names company ${String(companyId)}, ` +
        `which does not exist. Add the company, or correct the ${kind}.`,
    );
  };
  for (const { id, company } of contacts) check('contact', id, company?.id);
  for (const { id, company } of sites) check('site', id, company.id);
}

function toDirectory({ companies, contacts, sites }: Records): Directory {
  const companyById = new Map(companies.map((company) => [company.id, company]));
  const contactById = new Map(contacts.map((contact) => [contact.id, contact]));
  return {
    companies: companies.map((company) => toCompany(company, contactById)),
    contacts: contacts.map((contact) => toContact(contact, companyById)),
    sites: sites.map((site) => toSite(site, companyById)),
  };
}

/** ConnectWise omits an absent field from its answers instead of sending null. */
function withoutAbsent(record: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== null && value !== undefined),
  );
}

function toCompany(company: Company, contactById: ReadonlyMap<number, Contact>): JsonObject {
  const contact = contactById.get(company.defaultContact?.id ?? 0);
  return withoutAbsent({
    ...company,
    defaultContact: contact === undefined ? null : { id: contact.id, name: fullName(contact) },
    _info: { lastUpdated: '2026-01-05T09:00:00Z', updatedBy: 'sandbox' },
  });
}

function toContact(contact: Contact, companyById: ReadonlyMap<number, Company>): JsonObject {
  const company = companyById.get(contact.company?.id ?? 0);
  return withoutAbsent({
    ...contact,
    company: toReference(company),
    communicationItems: contact.communicationItems.map((item, index) => ({
      // Item ids are unique in ConnectWise; a contact has far fewer than a hundred items.
      id: contact.id * 100 + index,
      ...item,
    })),
    _info: { lastUpdated: '2026-01-05T09:00:00Z', updatedBy: 'sandbox' },
  });
}

function toSite(site: Site, companyById: ReadonlyMap<number, Company>): JsonObject {
  return withoutAbsent({
    ...site,
    company: toReference(companyById.get(site.company.id)),
    _info: { lastUpdated: '2026-01-05T09:00:00Z', updatedBy: 'sandbox' },
  });
}

function toReference(company: Company | undefined): JsonObject | null {
  return company === undefined
    ? null
    : { id: company.id, identifier: company.identifier, name: company.name };
}

function fullName({ firstName, lastName }: Contact): string {
  return lastName === undefined ? firstName : `${firstName} ${lastName}`;
}

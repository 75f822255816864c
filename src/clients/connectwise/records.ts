import { z } from 'zod';

import type { FoundCompany, FoundContact, StoredPhone } from '../../domain/company-match.ts';
import type { FoundSite } from '../../domain/site-phone.ts';
import { toStorable } from '../../domain/storable-text.ts';
import { listOf } from '../shared/list-of.ts';
import { PAGE_SIZE } from './query.ts';

/** ConnectWise's ids are positive 32-bit integers; they are kept as text, as ids of another system. */
const id = z.int().positive().transform(String);

/** Longer than any requested field (ConnectWise caps a name at 50 and a phone value at 250 characters). */
const text = z.string().max(1000).overwrite(toStorable);
const optionalText = text.nullish().transform((value) => value ?? null);

const item = z.object({
  value: optionalText,
  communicationType: optionalText,
  type: z.object({ name: optionalText }).nullish(),
});

const contact = z.object({
  id,
  company: z.object({ id }).nullish(),
  site: z.object({ id }).nullish(),
  inactiveFlag: z.boolean().nullish(),
  communicationItems: listOf(item, 1000).nullish(),
  defaultPhoneNbr: optionalText,
  defaultPhoneType: optionalText,
});

/** A reference to a country, or in older versions its plain name. */
const country = z
  .union([z.object({ name: optionalText }), text])
  .nullish()
  .transform((value) => (typeof value === 'string' ? value : value?.name) ?? null);

const company = z.object({
  id,
  name: text.min(1),
  phoneNumber: optionalText,
  country,
  deletedFlag: z.boolean().nullish(),
});

const site = z.object({
  id,
  phoneNumber: optionalText,
  country,
  inactiveFlag: z.boolean().nullish(),
});

/** One page of contacts. */
export const contactsPage = listOf(contact.transform(toContact), PAGE_SIZE);

/** One page of companies. */
export const companiesPage = listOf(company.transform(toCompany), PAGE_SIZE);

/** One page of a company's sites. */
export const sitesPage = listOf(site.transform(toSite), PAGE_SIZE);

function toContact(record: z.output<typeof contact>): FoundContact {
  const items = (record.communicationItems ?? []).filter(
    ({ communicationType }) => communicationType?.toLowerCase() === 'phone',
  );
  return {
    id: record.id,
    inactive: record.inactiveFlag ?? false,
    companyId: record.company?.id ?? null,
    siteId: record.site?.id ?? null,
    phones: [
      ...items.map(({ value, type }) => toPhone(value, type?.name ?? null)),
      toPhone(record.defaultPhoneNbr, record.defaultPhoneType),
    ].filter((phone) => phone !== null),
  };
}

function toPhone(value: string | null, typeName: string | null): StoredPhone | null {
  return value === null || value.trim() === '' ? null : { value, typeName };
}

function toCompany(record: z.output<typeof company>): FoundCompany {
  return {
    id: record.id,
    name: record.name,
    deleted: record.deletedFlag ?? false,
    countryName: record.country,
    phoneNumber: record.phoneNumber,
  };
}

function toSite(record: z.output<typeof site>): FoundSite {
  return {
    id: record.id,
    inactive: record.inactiveFlag ?? false,
    countryName: record.country,
    phoneNumber: record.phoneNumber,
  };
}

import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { findCountry } from '../../src/domain/country.ts';

const id = z.int();
const company = z.strictObject({
  id,
  name: z.string(),
  phone: z.string().optional(),
  country: z.string().optional(),
  status: z.string().optional(),
  deleted: z.boolean().optional(),
});
const contact = z.strictObject({
  id,
  company: id.optional(),
  site: id.optional(),
  /** `type: value`, or `type/communicationType: value`. */
  items: z.array(z.string()).default([]),
  default: z.string().optional(),
  inactive: z.boolean().default(false),
});
const site = z.strictObject({
  id,
  company: id,
  phone: z.string(),
  country: z.string().optional(),
  inactive: z.boolean().default(false),
});
const crowd = z.object({ why: z.string(), firstId: id, count: z.int(), company: id });
const tenantSchema = z.strictObject({
  about: z.string(),
  companies: z.array(company),
  contacts: z.array(contact),
  sites: z.array(site),
  crowds: z.strictObject({
    contacts: crowd.extend({ item: z.string() }),
    sites: crowd.extend({ lastPhone: z.string() }),
  }),
  questions: z.array(z.strictObject({ why: z.string(), number: z.string(), expect: z.string() })),
});

const file = new URL('../domain/data/connectwise-tenant.json', import.meta.url);

/** An invented tenant, in a notation that is easy to write by hand. */
export const tenant = tenantSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

/** The tenant as the sandbox's `POST /connectwise` accepts it, including the crowds. */
export function toSandboxRecords() {
  const { companies, contacts, sites, crowds } = tenant;
  return {
    companies: companies.map((one) => ({
      id: one.id,
      identifier: `Company${one.id}`,
      name: one.name,
      ...(one.phone === undefined ? {} : { phoneNumber: one.phone }),
      ...(one.status === undefined ? {} : { status: { id: 2, name: one.status } }),
      ...toCountry(one.country),
      deletedFlag: one.deleted ?? false,
    })),
    contacts: [...contacts, ...contactsOf(crowds.contacts)].map((one) => ({
      id: one.id,
      firstName: 'Somebody',
      company: one.company === undefined ? null : { id: one.company },
      ...(one.site === undefined ? {} : { site: { id: one.site, name: `Site ${one.site}` } }),
      inactiveFlag: one.inactive,
      communicationItems: one.items.map(toItem),
      ...toDefaultPhone(one.default),
    })),
    sites: [...sites, ...sitesOf(crowds.sites)].map((one) => ({
      id: one.id,
      name: `Site ${one.id}`,
      company: { id: one.company },
      phoneNumber: one.phone,
      ...toCountry(one.country),
      inactiveFlag: one.inactive,
    })),
  };
}

function contactsOf(many: typeof tenant.crowds.contacts): z.output<typeof contact>[] {
  return Array.from({ length: many.count }, (_, index) => ({
    id: many.firstId + index,
    company: many.company,
    items: [many.item],
    inactive: false,
  }));
}

function sitesOf(many: typeof tenant.crowds.sites): z.output<typeof site>[] {
  return Array.from({ length: many.count }, (_, index) => ({
    id: many.firstId + index,
    company: many.company,
    phone: index === many.count - 1 ? many.lastPhone : '',
    inactive: false,
  }));
}

function toItem(text: string) {
  const [, name = '', communicationType = 'Phone', value = ''] =
    /^([^:/]+)(?:\/(\w+))?: (.*)$/.exec(text) ?? [];
  return { type: { id: 2, name }, communicationType, value };
}

function toDefaultPhone(text: string | undefined) {
  const [, defaultPhoneType, defaultPhoneNbr] = /^([^:]+): (.*)$/.exec(text ?? '') ?? [];
  return defaultPhoneNbr === undefined ? {} : { defaultPhoneType, defaultPhoneNbr };
}

/** ConnectWise assigns its own country IDs; here any ID will do that is the same for the same name. */
function toCountry(name: string | undefined) {
  if (name === undefined) return {};
  const code = findCountry(name) ?? 'ZZ';
  return { country: { id: code.charCodeAt(0) * 256 + code.charCodeAt(1), name } };
}

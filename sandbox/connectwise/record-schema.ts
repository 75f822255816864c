import { z } from 'zod';

const IdSchema = z.int().positive();
const ReferenceSchema = z.strictObject({ id: IdSchema, name: z.string() });

/** A company in the data file and in `POST /connectwise`, with ConnectWise's own field names. */
const CompanySchema = z.strictObject({
  id: IdSchema,
  identifier: z.string().min(1),
  name: z.string().min(1),
  status: ReferenceSchema.default({ id: 1, name: 'Active' }),
  addressLine1: z.string().optional(),
  city: z.string().optional(),
  zip: z.string().optional(),
  country: ReferenceSchema.nullable().optional(),
  phoneNumber: z.string().nullable().optional(),
  faxNumber: z.string().nullable().optional(),
  website: z.string().optional(),
  /** The contact's name is filled in from the contacts. */
  defaultContact: z.strictObject({ id: IdSchema }).nullable().optional(),
  deletedFlag: z.boolean().default(false),
});
export type Company = z.infer<typeof CompanySchema>;

const CommunicationItemSchema = z.strictObject({
  id: IdSchema.optional(),
  type: ReferenceSchema.default({ id: 2, name: 'Direct' }),
  value: z.string(),
  extension: z.string().optional(),
  defaultFlag: z.boolean().default(false),
  communicationType: z.enum(['Phone', 'Fax', 'Email']).default('Phone'),
});

/** A contact; of its company only the id, so that each name is written once. */
const ContactSchema = z.strictObject({
  id: IdSchema,
  firstName: z.string(),
  lastName: z.string().optional(),
  title: z.string().optional(),
  company: z.strictObject({ id: IdSchema }).nullable().default(null),
  site: ReferenceSchema.nullable().optional(),
  inactiveFlag: z.boolean().default(false),
  defaultPhoneType: z.string().nullable().optional(),
  defaultPhoneNbr: z.string().nullable().optional(),
  defaultPhoneExtension: z.string().nullable().optional(),
  communicationItems: z.array(CommunicationItemSchema).default([]),
});
export type Contact = z.infer<typeof ContactSchema>;

/** A site; it can be listed only by its company. */
const SiteSchema = z.strictObject({
  id: IdSchema,
  name: z.string().min(1),
  company: z.strictObject({ id: IdSchema }),
  addressLine1: z.string().optional(),
  city: z.string().optional(),
  zip: z.string().optional(),
  country: ReferenceSchema.nullable().optional(),
  phoneNumber: z.string().nullable().optional(),
  phoneNumberExt: z.string().nullable().optional(),
  faxNumber: z.string().nullable().optional(),
  primaryAddressFlag: z.boolean().default(false),
  inactiveFlag: z.boolean().default(false),
});
export type Site = z.infer<typeof SiteSchema>;

/** What the data file holds and what can be added to it. */
export const RecordsSchema = z.strictObject({
  companies: z.array(CompanySchema).default([]),
  contacts: z.array(ContactSchema).default([]),
  sites: z.array(SiteSchema).default([]),
});
export type Records = z.infer<typeof RecordsSchema>;

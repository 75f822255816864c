import { apiError } from './api-error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What a resource can be asked for: its fields, and those of its arrays, in ConnectWise's spelling. */
export type ResourceFields = {
  readonly fields: readonly string[];
  /** Fields of array elements: only `childConditions` may name them. */
  readonly childFields: readonly string[];
};

/** The fields of `GET /company/contacts` that the data set holds (ConnectWise knows many more). */
export const CONTACT_FIELDS: ResourceFields = {
  fields: [
    'id',
    'firstName',
    'lastName',
    'title',
    'company/id',
    'company/identifier',
    'company/name',
    'site/id',
    'site/name',
    'inactiveFlag',
    'defaultPhoneType',
    'defaultPhoneNbr',
    'defaultPhoneExtension',
  ],
  childFields: [
    'communicationItems/id',
    'communicationItems/type/id',
    'communicationItems/type/name',
    'communicationItems/value',
    'communicationItems/extension',
    'communicationItems/defaultFlag',
    'communicationItems/communicationType',
  ],
};

/** The fields of `GET /company/companies` that the data set holds. */
export const COMPANY_FIELDS: ResourceFields = {
  fields: [
    'id',
    'identifier',
    'name',
    'status/id',
    'status/name',
    'addressLine1',
    'city',
    'zip',
    'country/id',
    'country/name',
    'phoneNumber',
    'faxNumber',
    'website',
    'defaultContact/id',
    'defaultContact/name',
    'deletedFlag',
  ],
  childFields: [],
};

/** The fields of `GET /company/companies/{id}/sites` that the data set holds. */
export const SITE_FIELDS: ResourceFields = {
  fields: [
    'id',
    'name',
    'addressLine1',
    'city',
    'zip',
    'country/id',
    'country/name',
    'phoneNumber',
    'phoneNumberExt',
    'faxNumber',
    'primaryAddressFlag',
    'inactiveFlag',
    'company/id',
    'company/identifier',
    'company/name',
  ],
  childFields: [],
};

/**
 * Gives the spelling of a field that a client named, ignoring case as ConnectWise does.
 * Throws ConnectWise's own 400 for a name it does not know.
 */
export function resolveField(name: string, known: readonly string[]): string {
  const wanted = name.toLowerCase();
  const found = known.find((field) => field.toLowerCase() === wanted);
  if (found === undefined) {
    throw apiError(400, 'ApiFindCondition', `${name} is not a recognized name.`);
  }
  return found;
}

/** Reads `a/b/c` out of a record; undefined when any part of the way is absent. */
export function readField(record: JsonObject, field: string): unknown {
  return field
    .split('/')
    .reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), record);
}

/** Tells objects from everything else, arrays included. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Keeps only what `fields` names; a name may be a whole object or array (`company`) or a part (`company/name`).
 * `_info` goes unless it is named, as upstream.
 */
export function pickFields(record: JsonObject, fields: readonly string[]): JsonObject {
  const picked: Record<string, unknown> = {};
  for (const field of fields) {
    const [head = '', ...rest] = field.split('/');
    const value = record[head];
    if (value === undefined) {
      continue;
    }
    if (rest.length === 0 || !isObject(value)) {
      picked[head] = value;
      continue;
    }
    const before = picked[head];
    picked[head] = { ...(isObject(before) ? before : {}), ...pickFields(value, [rest.join('/')]) };
  }
  return picked;
}

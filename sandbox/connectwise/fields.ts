import { apiError } from './api-error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The fields of a resource, and those of its arrays, in ConnectWise's spelling. */
export type ResourceFields = {
  readonly fields: readonly string[];
  /** Fields of array elements: only `childConditions` may name them. */
  readonly childFields: readonly string[];
};

/** The fields of `GET /company/contacts` in the data set (ConnectWise has many more). */
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

/** The fields of `GET /company/companies` in the data set. */
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

/** The fields of `GET /company/companies/{id}/sites` in the data set. */
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
 * Returns a field that a client named in ConnectWise's spelling; ignores case, as ConnectWise does.
 * Throws ConnectWise's own 400 for an unknown name.
 */
export function resolveField(name: string, known: readonly string[]): string {
  const wanted = name.toLowerCase();
  const found = known.find((field) => field.toLowerCase() === wanted);
  if (found === undefined) {
    throw apiError(400, 'ApiFindCondition', `${name} is not a recognized name.`);
  }
  return found;
}

/** Reads `a/b/c` from a record; undefined if any part of the path is absent. */
export function readField(record: JsonObject, field: string): unknown {
  return field
    .split('/')
    .reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), record);
}

/** Whether a value is an object and not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Keeps only what `fields` names: whole objects or arrays (`company`) or parts of them (`company/name`).
 * `_info` is dropped unless it is named, as in the real API.
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

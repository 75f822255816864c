/** The query of a list request; the values are not yet encoded. */
export type ListQuery = Readonly<Record<string, string>>;

/** ConnectWise's largest page; a larger number is silently capped. */
export const PAGE_SIZE = 1000;

const ACTIVE = 'inactiveFlag=false';

/**
 * A pattern that finds the digits however they are grouped: stored values are free text, so "7946
 * 0000", "79 46-00 00" and "79460000" all have to be found. The comparison in E.164 afterwards sorts
 * out whatever else it finds.
 */
function likeDigits(digits: string): string {
  return quote(`${digits.replace(/\d/g, '%$&')}%`);
}

/** Active contacts that have the digits in a communication item of type Phone. */
export function contactsByItem(digits: string): ListQuery {
  return {
    ...contactsQuery,
    conditions: ACTIVE,
    childConditions: `communicationItems/value like ${likeDigits(digits)} and communicationItems/communicationType=${quote('Phone')}`,
  };
}

/** Active contacts that have the digits in their default phone. */
export function contactsByDefaultPhone(digits: string): ListQuery {
  return {
    ...contactsQuery,
    conditions: `defaultPhoneNbr like ${likeDigits(digits)} and ${ACTIVE}`,
  };
}

/**
 * Companies that have the digits in their own number, or one of the ids. Deleted ones are included:
 * a contact of a deleted company must not look like one whose company cannot be seen.
 */
export function companies(digits: string | null, ids: readonly string[]): ListQuery {
  const conditions = [
    ...(digits === null ? [] : [`phoneNumber like ${likeDigits(digits)}`]),
    ...(ids.length === 0 ? [] : [`id in (${ids.join(',')})`]),
  ];
  return { ...companiesQuery, conditions: conditions.join(' or ') };
}

/**
 * Companies after an id, in the order of their ids, so that a walk through all of them continues
 * where it was, whatever was added or removed meanwhile. Deleted ones are left out: they match nothing.
 */
export function companiesAfter(id: string): ListQuery {
  return { ...companiesQuery, conditions: `id > ${id} and deletedFlag=false` };
}

/** One company, deleted or not. */
export function companyById(id: string): ListQuery {
  return { ...companiesQuery, conditions: `id=${id}` };
}

/** The active sites of the company that the path names. */
export const activeSites: ListQuery = {
  fields: 'id,phoneNumber,country,inactiveFlag',
  orderBy: 'id',
  conditions: ACTIVE,
};

/** The names of people are not requested, because nothing needs them. */
const contactsQuery = {
  fields: 'id,company,site,inactiveFlag,communicationItems,defaultPhoneNbr,defaultPhoneType',
  orderBy: 'id',
} as const;

/** Active contacts, whoever they are. */
export const anyContacts: ListQuery = { ...contactsQuery, conditions: ACTIVE };

const companiesQuery = {
  fields: 'id,name,phoneNumber,country,deletedFlag',
  orderBy: 'id',
} as const;

/** A text literal of the conditions grammar; a quote or backslash inside must not end it. */
function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Percent-encodes everything: a bare `+` would arrive as a space, a bare `%` as an escape. */
export function toQueryString(query: ListQuery): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

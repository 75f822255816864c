import { apiError } from './api-error.ts';
import {
  COMPANY_FIELDS,
  CONTACT_FIELDS,
  isObject,
  SITE_FIELDS,
  type JsonObject,
  type ResourceFields,
} from './fields.ts';
import type { Directory } from './records.ts';

/** A list that can be requested. `operation` is its name in hits and faults. */
export type Resource = { readonly operation: string; readonly fields: ResourceFields } & (
  | { readonly kind: 'contacts' | 'companies' }
  | { readonly kind: 'sites'; readonly companyId: number }
);

/** The list at a path; `null` if there is none. As in the real API, no list has the sites of all companies. */
export function findResource(path: string): Resource | null {
  switch (path) {
    case '/company/contacts':
      return { operation: 'contacts.list', kind: 'contacts', fields: CONTACT_FIELDS };
    case '/company/companies':
      return { operation: 'companies.list', kind: 'companies', fields: COMPANY_FIELDS };
    default: {
      const id = /^\/company\/companies\/(\d{1,9})\/sites$/.exec(path)?.[1];
      return id === undefined
        ? null
        : { operation: 'sites.list', kind: 'sites', companyId: Number(id), fields: SITE_FIELDS };
    }
  }
}

/** The records of a list. Throws a 404 for the sites of a company that does not exist. */
export function recordsOf(resource: Resource, directory: Directory): readonly JsonObject[] {
  if (resource.kind !== 'sites') return directory[resource.kind];
  const { companyId } = resource;
  if (!directory.companies.some(({ id }) => id === companyId)) {
    throw apiError(404, 'NotFound', `Company ${String(companyId)} not found`);
  }
  return directory.sites.filter(({ company }) => isObject(company) && company['id'] === companyId);
}

import type { FoundCompany } from '../../domain/company-match.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { FoundSite } from '../../domain/site-phone.ts';
import type { Limiter } from './limiter.ts';
import { readAllPages, readPage } from './pages.ts';
import { activeSites, companiesAfter, companyById } from './query.ts';
import { companiesPage, sitesPage } from './records.ts';
import type { Get, Transport } from './transport.ts';

/** What a walk through all companies and their sites asks. Each request waits for its turn. */
export type ConnectWiseDirectory = {
  /**
   * The next companies after an id (`0`: from the start), in the order of their ids and without
   * deleted ones; fewer than `count` when there are no more.
   */
  listCompaniesAfter(id: string, count: number, signal: AbortSignal): Promise<FoundCompany[]>;
  /** The active sites of a company; `null` when the company no longer exists. */
  listSites(companyId: string, signal: AbortSignal): Promise<FoundSite[] | null>;
};

/** Creates the walk's part of the client. Throws CONNECTWISE_* codes. */
export function createDirectory(
  { get, withDeadline }: Transport,
  limiter: Limiter,
): ConnectWiseDirectory {
  // The deadline runs from the moment the request may be sent: a walk may wait long for that.
  const getInTurn: Get = async (pathAndQuery, signal) => {
    await limiter.admitWalk(signal);
    return withDeadline(signal, (limited) => get(pathAndQuery, limited));
  };
  // Each page is a request of its own and has already waited for its turn.
  const admit = async () => undefined;
  const path = '/company/companies';

  return {
    async listCompaniesAfter(id, count, signal) {
      const list = { path, query: companiesAfter(id), schema: companiesPage };
      const { items } = await readPage(getInTurn, list, { page: 1, pageSize: count, signal });
      return items;
    },

    async listSites(companyId, signal) {
      const sites = { path: `${path}/${companyId}/sites`, query: activeSites, schema: sitesPage };
      try {
        return await readAllPages(getInTurn, sites, { admit, signal });
      } catch (error) {
        if (!isNotFound(error)) throw error;
        // ConnectWise answers 404 to wrong keys as well as about a company that was just deleted.
        // If it still lists the company, or answers 404 to this list too, the error stands.
        const list = { path, query: companyById(companyId), schema: companiesPage };
        const { items } = await readPage(getInTurn, list, { page: 1, pageSize: 1, signal });
        if (items.some(({ deleted }) => !deleted)) throw error;
        return null;
      }
    },
  };
}

function isNotFound(error: unknown): boolean {
  return error instanceof ServiceError && error.context['status'] === 404;
}

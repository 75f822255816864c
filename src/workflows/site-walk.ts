import { defineQuery } from '@temporalio/workflow';

import { WALK_QUERY } from '../domain/names.ts';
import type { SiteWalkReport } from '../domain/site-phone.ts';

/** How far a walk through the companies has come. It is passed on when the walk continues as new. */
export type SiteWalk = SiteWalkReport & {
  /** The ConnectWise id of the last company done; `0` at the start. */
  readonly afterCompanyId: string;
  /** The database's time at which the walk began; `null` before its first page. */
  readonly startedAt: string | null;
};

/** The answer tells how far the walk has come. */
export const walkQuery = defineQuery<SiteWalkReport>(WALK_QUERY);

/** The walk that a run continues; without a usable argument, a new one. */
export function toSiteWalk(input: unknown): SiteWalk {
  const given: Readonly<Partial<Record<keyof SiteWalk, unknown>>> = Object(input);
  const { afterCompanyId, startedAt, companies, numbers } = given;
  return typeof afterCompanyId === 'string' &&
    typeof startedAt === 'string' &&
    typeof companies === 'number' &&
    typeof numbers === 'number'
    ? { afterCompanyId, startedAt, companies, numbers }
    : { afterCompanyId: '0', startedAt: null, companies: 0, numbers: 0 };
}

import { Prisma } from '../../generated/prisma/client.ts';
import type { CallFilter } from '../../domain/call-filter.ts';

const { sql } = Prisma;

// What the index has of a digest `d` beside its words; written as in the index, or PostgreSQL would not use it.
const FACETS = sql`"callFacets"(d."startTime", d."callStatus", d."outcome", d."companyMatch", d."companyId",
  d."failedStep", d."failureCode", d."isWaiting", d."category", d."priority", d."sentiment", d."followUp",
  d."recordingSeconds")`;

// Twelve days; `callFacets` (see the migration `facets_and_counted_days`) knows no longer ones.
const MAX_POWER = 20;

/**
 * The condition that the index of words has every facet of a filter, and `more`, an expression of one. The filter
 * itself has to be asked too: of the length of a recording the index only knows the power of two below it, and nothing
 * of times but the month.
 */
export function hasFacets(filter: CallFilter, more?: Prisma.Sql): Prisma.Sql {
  const { company, minSeconds } = filter;
  const facets = [
    ...named('status', filter.status),
    ...named('outcome', filter.outcome),
    ...named('companyMatch', filter.companyMatch),
    ...named('failedStep', filter.failedStep),
    ...named('failureCode', filter.failureCode),
    ...named('waiting', filter.waiting),
    ...named('category', filter.category),
    ...named('priority', filter.priority),
    ...named('sentiment', filter.sentiment),
    ...named('followUp', filter.followUp),
    ...named('seconds', minSeconds === undefined ? undefined : powerBelow(minSeconds)),
    // NULL for a company that does not exist: nothing has that.
    ...(company === undefined
      ? []
      : [sql`'company:' || (SELECT id FROM "Company" WHERE "connectwiseId" = ${company})`]),
    ...(more === undefined ? [] : [more]),
  ];
  // To have all of nothing, PostgreSQL would go through the whole index.
  return facets.length === 0 ? sql`TRUE` : sql`${FACETS} @> ARRAY[${Prisma.join(facets)}]::text[]`;
}

function named(name: string, value: string | boolean | number | undefined): Prisma.Sql[] {
  return value === undefined ? [] : [sql`${`${name}:${value}`}`];
}

function powerBelow(seconds: number): number | undefined {
  return seconds < 1 ? undefined : Math.min(Math.floor(Math.log2(seconds)), MAX_POWER);
}

import { Prisma } from '../../generated/prisma/client.ts';
import type { CallFilter, ListPlace } from '../../domain/call-filter.ts';

const { sql } = Prisma;

/**
 * The digests `d` of the calls that a filter wants, apart from its words, behind a place in their order.
 * A digest has every column, so that a list reads one table, whatever is combined.
 */
export function conditionsOf(filter: CallFilter, after: ListPlace | null): Prisma.Sql {
  const { from, to, company, minSeconds, failedStep, failureCode } = filter;
  // A call that has failed somewhere, or for something, is FAILED; its index has these few calls.
  const isFailure = failedStep !== undefined || failureCode !== undefined;
  const status = [filter.status, isFailure ? 'FAILED' : undefined];
  const conditions = [
    ...status.flatMap((each) =>
      equal(each, (value) => sql`d."callStatus" = ${value}::"CallStatus"`),
    ),
    ...equal(failedStep, (value) => sql`d."failedStep" = ${value}`),
    ...equal(failureCode, (value) => sql`d."failureCode" = ${value}`),
    ...equal(filter.outcome, (value) => sql`d."outcome" = ${value}::"CallOutcome"`),
    ...equal(filter.companyMatch, (value) => sql`d."companyMatch" = ${value}::"CompanyMatch"`),
    ...equal(filter.waiting, (value) => sql`d."isWaiting" = ${value}`),
    ...equal(filter.category, (value) => sql`d."category" = ${value}`),
    ...equal(filter.priority, (value) => sql`d."priority" = ${value}`),
    ...equal(filter.sentiment, (value) => sql`d."sentiment" = ${value}`),
    ...equal(filter.followUp, (value) => sql`d."followUp" = ${value}`),
    ...equal(
      company,
      (id) => sql`d."companyId" = (SELECT id FROM "Company" WHERE "connectwiseId" = ${id})`,
    ),
    ...equal(minSeconds, (seconds) => sql`d."recordingSeconds" >= ${seconds}::int`),
    ...equal(from, (time) => sql`d."startTime" >= ${time.toISOString()}::timestamptz`),
    ...equal(to, (time) => sql`d."startTime" < ${time.toISOString()}::timestamptz`),
    ...equal(
      after ?? undefined,
      ({ at, id }) => sql`(d."startTime", d."callId") < (${at}::timestamptz, ${id}::uuid)`,
    ),
  ];
  return conditions.length === 0 ? sql`TRUE` : Prisma.join(conditions, ' AND ');
}

function equal<T>(value: T | undefined, toSql: (value: T) => Prisma.Sql): Prisma.Sql[] {
  return value === undefined ? [] : [toSql(value)];
}

import { Prisma } from '../../generated/prisma/client.ts';
import type { CallFilter } from '../../domain/call-filter.ts';

/** From where a list of calls is read: `c` is the call and, if a filter needs it, `d` its digest. */
export type Selection = {
  readonly from: Prisma.Sql;
  readonly where: Prisma.Sql;
  /** The order of the list, newest first, in columns of the table whose indexes serve the filter. */
  readonly startTime: Prisma.Sql;
  readonly id: Prisma.Sql;
};

/**
 * The calls that a filter wants. `languages` are those that digests have; a call is searched in its
 * own, because only the endings of its language are endings in it.
 */
export function selectCalls(filter: CallFilter, languages: readonly string[]): Selection {
  const { sql } = Prisma;
  const { from, to, company, minSeconds, waiting, q } = filter;
  const ofDigest = [
    ...equal(filter.category, (value) => sql`d."category" = ${value}`),
    ...equal(filter.priority, (value) => sql`d."priority" = ${value}`),
    ...equal(filter.sentiment, (value) => sql`d."sentiment" = ${value}`),
    ...equal(filter.followUp, (value) => sql`d."followUp" = ${value}`),
    ...equal(q, (words) => search(words, languages)),
  ];
  const isOfDigest = ofDigest.length > 0;
  const startTime = isOfDigest ? sql`d."startTime"` : sql`c."startTime"`;
  const conditions = [
    ...ofDigest,
    ...equal(filter.status, (value) => sql`c."callStatus" = ${value}::"CallStatus"`),
    ...equal(filter.outcome, (value) => sql`c."outcome" = ${value}::"CallOutcome"`),
    ...equal(filter.companyMatch, (value) => sql`c."companyMatch" = ${value}::"CompanyMatch"`),
    ...equal(filter.failureCode, (value) => sql`c."failureCode" = ${value}`),
    ...equal(filter.failedStep, (value) => sql`c."failedStep" = ${value}`),
    ...equal(waiting, (isWaiting) =>
      isWaiting ? sql`c."waitingSince" IS NOT NULL` : sql`c."waitingSince" IS NULL`,
    ),
    ...equal(
      company,
      (id) => sql`c."companyId" = (SELECT id FROM "Company" WHERE "connectwiseId" = ${id})`,
    ),
    ...equal(minSeconds, (seconds) => sql`c."recordingSeconds" >= ${seconds}::int`),
    ...equal(from, (time) => sql`${startTime} >= ${time.toISOString()}::timestamptz`),
    ...equal(to, (time) => sql`${startTime} < ${time.toISOString()}::timestamptz`),
  ];
  return {
    from: isOfDigest ? sql`"CallDigest" d JOIN "Call" c ON c.id = d."callId"` : sql`"Call" c`,
    where: conditions.length === 0 ? sql`TRUE` : Prisma.join(conditions, ' AND '),
    startTime,
    id: isOfDigest ? sql`d."callId"` : sql`c.id`,
  };
}

function equal<T>(value: T | undefined, toSql: (value: T) => Prisma.Sql): Prisma.Sql[] {
  return value === undefined ? [] : [toSql(value)];
}

function search(words: string, languages: readonly string[]): Prisma.Sql {
  if (languages.length === 0) return Prisma.sql`FALSE`;
  const each = languages.map(
    (language) => Prisma.sql`(d."language" = ${language}
      AND d."document" @@ websearch_to_tsquery(${language}::regconfig, ${words}))`,
  );
  return Prisma.sql`(${Prisma.join(each, ' OR ')})`;
}

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

/** What has to be known for a search. */
export type SearchFacts = {
  /** Those that digests have. A call is searched in its own, because only its endings are endings in it. */
  readonly languages: readonly string[];
  /**
   * Whether so few calls have the words that finding them all and putting them in order is cheap. The
   * planner cannot know: it takes a word that it has no statistics of for more frequent than it is, and
   * would look for it in one call after the other.
   */
  readonly isRare: boolean;
};

/** The calls that a filter wants. `facts` matter for searches alone. */
export function selectCalls(filter: CallFilter, facts: SearchFacts): Selection {
  const { sql } = Prisma;
  const { from, to, company, minSeconds, waiting, q } = filter;
  const ofDigest = [
    ...equal(filter.category, (value) => sql`d."category" = ${value}`),
    ...equal(filter.priority, (value) => sql`d."priority" = ${value}`),
    ...equal(filter.sentiment, (value) => sql`d."sentiment" = ${value}`),
    ...equal(filter.followUp, (value) => sql`d."followUp" = ${value}`),
    ...equal(facts.isRare ? undefined : q, (words) => matches(words, facts.languages)),
  ];
  const isOfDigest = ofDigest.length > 0 || q !== undefined;
  const startTime = isOfDigest ? sql`d."startTime"` : sql`c."startTime"`;
  const ofCall = [
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
  ];
  // Both tables have the time. Where both are read, the planner has to know that it is the same.
  const isJoined = isOfDigest && ofCall.length > 0;
  const ofBoth = [startTime, ...(isJoined ? [sql`c."startTime"`] : [])].flatMap((column) => [
    ...equal(from, (time) => sql`${column} >= ${time.toISOString()}::timestamptz`),
    ...equal(to, (time) => sql`${column} < ${time.toISOString()}::timestamptz`),
  ]);
  const conditions = [...ofDigest, ...ofCall, ...ofBoth];
  const digests = q !== undefined && facts.isRare ? found(q, facts.languages) : sql`"CallDigest"`;
  return {
    from: isOfDigest
      ? sql`${digests} d ${isJoined ? sql`JOIN "Call" c ON c.id = d."callId"` : Prisma.empty}`
      : sql`"Call" c`,
    where: conditions.length === 0 ? sql`TRUE` : Prisma.join(conditions, ' AND '),
    startTime,
    id: isOfDigest ? sql`d."callId"` : sql`c.id`,
  };
}

/** All digests with these words. OFFSET keeps the planner from mixing this with the order of the list. */
function found(words: string, languages: readonly string[]): Prisma.Sql {
  return Prisma.sql`(SELECT * FROM "CallDigest" d WHERE ${matches(words, languages)} OFFSET 0)`;
}

function equal<T>(value: T | undefined, toSql: (value: T) => Prisma.Sql): Prisma.Sql[] {
  return value === undefined ? [] : [toSql(value)];
}

/** Whether a digest has these words. */
export function matches(words: string, languages: readonly string[]): Prisma.Sql {
  if (languages.length === 0) return Prisma.sql`FALSE`;
  const each = languages.map(
    (language) => Prisma.sql`(d."language" = ${language}
      AND d."document" @@ websearch_to_tsquery(${language}::regconfig, ${words}))`,
  );
  return Prisma.sql`(${Prisma.join(each, ' OR ')})`;
}

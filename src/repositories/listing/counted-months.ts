import { Prisma } from '../../generated/prisma/client.ts';

const { sql } = Prisma;

/** The grouping of a counted month that has all calls together. */
export const ALL = 'all';

/** The month of a day, by its first day. */
export function monthOf(day: Prisma.Sql): Prisma.Sql {
  return sql`date_trunc('month', ${day}::timestamp)::date`;
}

/**
 * The months of these days, which are rows of CountedDay by `day`, each with a hash of the versions of its days:
 * it is the same as long as they are the same days, and none has been counted again.
 */
export function monthsOf(days: Prisma.Sql): Prisma.Sql {
  return sql`SELECT ${monthOf(sql`"day"`)} AS "month",
      sha256(string_agg(uuid_send("version"), ''::bytea ORDER BY "day")) AS "madeOf"
    FROM ${days} GROUP BY 1`;
}

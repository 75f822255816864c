import { Prisma } from '../../generated/prisma/client.ts';

const { sql } = Prisma;

/**
 * The median and the 95th percentile of the durations of each group, which are spread over `lists` ("isTotal", key,
 * durations), each list in order. They are exactly those of `percentile_cont`, but few durations are put in order:
 * those between the least and the greatest of the same percentiles of the lists, and there only those around their
 * mean, unless counting shows that the percentile is elsewhere. `width_bucket` counts without going through a list.
 */
export function percentilesOf(lists: Prisma.Sql): Prisma.Sql {
  return sql`
    WITH bounded AS (
      SELECT *, part * (sum(length) OVER of_group - 1) AS place,
        min(durations[floor(part * (length - 1))::int + 1]) OVER of_group AS least,
        max(durations[ceil(part * (length - 1))::int + 1]) OVER of_group AS greatest,
        (sum(length::float8 * durations[ceil(part * (length - 1))::int + 1]) OVER of_group
          / sum(length) OVER of_group)::int AS mean
      FROM (SELECT "isTotal", key, durations, cardinality(durations) AS length FROM ${lists}) measured,
        unnest(ARRAY[0.5, 0.95]::float8[]) AS part
      WINDOW of_group AS (PARTITION BY "isTotal", key, part)
    ), guessed AS (
      SELECT *, dense_rank() OVER (ORDER BY "isTotal", key, part) AS number,
        width_bucket(mean - (greatest - least) / 8, durations) AS low,
        width_bucket(mean + (greatest - least) / 8, durations) AS high
      FROM bounded
    ), cut AS (
      SELECT *,
        CASE WHEN floor(place) >= sum(low) OVER of_group THEN low ELSE width_bucket(least - 1, durations) END AS below,
        CASE WHEN ceil(place) < sum(high) OVER of_group THEN high ELSE width_bucket(greatest, durations) END AS "end"
      FROM guessed WINDOW of_group AS (PARTITION BY "isTotal", key, part)
    ), near AS (
      SELECT number, "isTotal", key, part, place - sum(below) OVER (PARTITION BY number) + 1 AS place,
        unnest(durations[below + 1:"end"]) AS duration
      FROM cut
    ), sorted AS (
      -- By a number, because several columns would take as long to be compared as all the rest.
      SELECT bool_or("isTotal") AS "isTotal", min(key) AS key, min(part) AS part, min(place) AS place,
        array_agg(duration ORDER BY duration) AS durations
      FROM near GROUP BY number
    ), percentiles AS (
      SELECT "isTotal", key, part, durations[floor(place)]
        + (durations[ceil(place)] - durations[floor(place)]) * (place - floor(place)) AS seconds
      FROM sorted
    )
    SELECT "isTotal", key, max(seconds) FILTER (WHERE part = 0.5) AS median,
      max(seconds) FILTER (WHERE part = 0.95) AS p95
    FROM percentiles GROUP BY 1, 2`;
}

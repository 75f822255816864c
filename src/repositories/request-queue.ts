import type { Database } from './database.ts';

/**
 * The queue of requests to another system that all workers share, as one row. Its times are those of the
 * database's clock, because the workers' own clocks may differ. Each method is one statement by itself
 * and takes part in no transaction: whoever changes the row makes all others wait.
 */
export function createRequestQueue(
  { prisma, table }: Pick<Database, 'prisma' | 'table'>,
  name: string,
) {
  const queues = table('RequestQueue');
  return {
    /** Takes the place behind all others. Returns it, and how long until its turn, in milliseconds. */
    async take(durationMs: number): Promise<{ readonly place: number; readonly waitMs: number }> {
      const [row] = await prisma.$queryRaw<{ place: number; waitMs: number }[]>`
        INSERT INTO ${queues} AS queue ("name", "endsAt", "freeAt", "walkAt")
        VALUES (${name}, clock_timestamp() + ${durationMs}::float8 * interval '1 ms',
          clock_timestamp(), clock_timestamp())
        ON CONFLICT ("name") DO UPDATE SET "endsAt" =
          GREATEST(queue."endsAt", queue."freeAt", clock_timestamp())
          + ${durationMs}::float8 * interval '1 ms'
        RETURNING
          extract(epoch FROM "endsAt")::float8 * 1000 - ${durationMs}::float8 AS "place",
          GREATEST(extract(epoch FROM "endsAt" - clock_timestamp())::float8 * 1000
            - ${durationMs}::float8, 0) AS "waitMs"`;
      return present(row);
    },

    /** How long until the turn of a place, in milliseconds; 0 when it has come. */
    async untilTurn(place: number): Promise<number> {
      const [row] = await prisma.$queryRaw<{ waitMs: number }[]>`
        SELECT GREATEST(${place}::float8 - extract(epoch FROM clock_timestamp())::float8 * 1000, 0)
          AS "waitMs"`;
      return present(row).waitMs;
    },

    /**
     * Begins requests that take `durationMs` after those begun before. Returns how long until then;
     * `null`, with nothing begun, when it exceeds `mostMs`.
     */
    async begin(durationMs: number, mostMs: number): Promise<number | null> {
      const [row] = await prisma.$queryRaw<{ waitMs: number }[]>`
        UPDATE ${queues} SET
          "freeAt" = GREATEST("freeAt", clock_timestamp()) + ${durationMs}::float8 * interval '1 ms'
        WHERE "name" = ${name}
          AND extract(epoch FROM "freeAt" - clock_timestamp())::float8 * 1000 <= ${mostMs}::float8
        RETURNING GREATEST(extract(epoch FROM "freeAt" - clock_timestamp())::float8 * 1000
          - ${durationMs}::float8, 0) AS "waitMs"`;
      return row === undefined ? null : row.waitMs;
    },

    /**
     * Begins requests that have no place after those begun before; new places are that much later.
     * Returns how long until then.
     */
    async beginMore(durationMs: number): Promise<number> {
      const [row] = await prisma.$queryRaw<{ waitMs: number }[]>`
        UPDATE ${queues} SET
          "freeAt" = GREATEST("freeAt", clock_timestamp()) + ${durationMs}::float8 * interval '1 ms',
          "endsAt" = "endsAt" + ${durationMs}::float8 * interval '1 ms'
        WHERE "name" = ${name}
        RETURNING GREATEST(extract(epoch FROM "freeAt" - clock_timestamp())::float8 * 1000
          - ${durationMs}::float8, 0) AS "waitMs"`;
      return row?.waitMs ?? 0;
    },

    /**
     * Begins requests of a walk if nobody waits and its previous ones began twice `durationMs` ago.
     * Returns 0, or how long until that may be so.
     */
    async beginWalk(durationMs: number): Promise<number> {
      const [begun] = await prisma.$queryRaw<{ name: string }[]>`
        INSERT INTO ${queues} AS queue ("name", "endsAt", "freeAt", "walkAt")
        VALUES (${name}, clock_timestamp(),
          clock_timestamp() + ${durationMs}::float8 * interval '1 ms',
          clock_timestamp() + ${durationMs}::float8 * interval '2 ms')
        ON CONFLICT ("name") DO UPDATE SET
          "freeAt" = EXCLUDED."freeAt", "walkAt" = EXCLUDED."walkAt"
        WHERE GREATEST(queue."endsAt", queue."freeAt", queue."walkAt") <= clock_timestamp()
        RETURNING "name"`;
      if (begun !== undefined) return 0;
      const [row] = await prisma.$queryRaw<{ waitMs: number }[]>`
        SELECT GREATEST(extract(epoch FROM GREATEST("endsAt", "freeAt", "walkAt")
          - clock_timestamp())::float8 * 1000, 0) AS "waitMs"
        FROM ${queues} WHERE "name" = ${name}`;
      return row?.waitMs ?? 0;
    },
  };
}

function present<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('The database returned no row.');
  return row;
}

import { setTimeout as sleep } from 'node:timers/promises';

import { runOn } from '../../prisma/engine/create-database.ts';
import type { Entrant } from '../contestants/contestant.ts';
import type { Ground } from '../ground/ground.ts';

const LOOK_EVERY_MS = 250;

/** The most connections to a database that were open at once during `work`, looked at four times a second. */
export async function mostConnectionsDuring(
  { postgres }: Ground,
  { database }: Pick<Entrant, 'database'>,
  work: () => Promise<void>,
): Promise<number> {
  let most = 0;
  let isOver = false;
  const look = () =>
    runOn(postgres.url('postgres'), async (client) => {
      while (!isOver) {
        const { rows } = await client.query<{ open: number }>(
          'SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = $1',
          [database],
        );
        most = Math.max(most, rows[0]?.open ?? 0);
        await sleep(LOOK_EVERY_MS);
      }
    });
  const looking = look();
  try {
    await work();
  } finally {
    isOver = true;
    await looking;
  }
  return most;
}

import { fault, ok, type Check } from '../check.ts';

/** Whether the time limits of a transaction reach PostgreSQL through whatever stands in between. */
export function databaseLimitsCheck(
  database: { lostLimits(): Promise<readonly string[]> },
  needs: readonly Check[],
): Check {
  return {
    name: 'time limits of transactions',
    needs,
    async run() {
      const lost = await database.lostLimits();
      return lost.length === 0
        ? ok('They hold inside a transaction, through any pooler in between.')
        : fault(
            `A transaction does not keep ${lost.join(', ')}: something between this service and PostgreSQL drops the settings.`,
            'Use a pooler in transaction or session mode that passes SET LOCAL on, or point DATABASE_URL to PostgreSQL itself.',
          );
    },
  };
}

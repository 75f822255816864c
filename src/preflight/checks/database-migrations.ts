import type { MigrationState } from '../../repositories/migrations.ts';
import { fault, ok, type Check } from '../check.ts';

/** Whether the database has the tables of this version. */
export function migrationsCheck(
  database: { migrations(): Promise<MigrationState> },
  needs: readonly Check[],
): Check {
  return {
    name: 'migrations',
    needs,
    async run() {
      const { missing, failed } = await database.migrations();
      if (failed.length > 0) {
        return fault(
          `The migration ${failed[0]} has failed.`,
          'Correct what made it fail and run npm run db:migrate; if that does not help, npx prisma migrate resolve.',
        );
      }
      return missing.length === 0
        ? ok('Every migration of this version has been applied.')
        : fault(`The database lacks ${missing.length} migrations.`, 'Run npm run db:migrate.');
    },
  };
}

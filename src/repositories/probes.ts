import { failing, OK, type Finding } from '../domain/readiness.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { Database } from './database.ts';
import { createMigrationReader, type MigrationState } from './migrations.ts';

/** Creates the probes of the database: whether it answers, and whether its tables are those of this version. */
export function createDatabaseProbes(database: Database) {
  const readMigrations = createMigrationReader(database);

  return {
    async database(): Promise<Finding> {
      try {
        await database.currentTime();
        return OK;
      } catch (error) {
        const failure = database.toServiceError(error);
        if (failure === null) throw error;
        return failing(failure);
      }
    },

    async migrations(signal: AbortSignal): Promise<Finding> {
      try {
        return findingOf(await readMigrations());
      } catch (error) {
        if (database.toServiceError(error) === null) throw error;
        // The list may be kept from our user, or the tables made otherwise: what counts is what is there.
        const failure = await database.check(signal);
        return failure === null ? OK : failing(failure);
      }
    },
  };
}

function findingOf({ missing, failed }: MigrationState): Finding {
  const [broken] = failed;
  if (broken !== undefined) {
    const reason = `The migration ${broken} has failed. Correct what made it fail, run npm run db:migrate, and if that does not help, npx prisma migrate resolve.`;
    return { state: 'failing', reason };
  }
  const [lacking, ...others] = missing;
  if (lacking === undefined) return OK;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const message = `The database lacks the migration ${lacking}${more}.`;
  return failing(new ServiceError('DATABASE_SCHEMA_OUTDATED', message));
}

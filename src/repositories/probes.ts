import { failing, OK, type Finding } from '../domain/readiness.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { Database } from './database.ts';
import { createMigrationReader, type MigrationState } from './migrations.ts';

// Google refuses tokens, and the gateway the deliveries of hooks, when clocks differ by minutes; a
// minute leaves room before that. Healthy clocks differ by milliseconds.
const TOLERATED_MS = 60_000;

/**
 * Creates the probes of the database: whether it answers, whether its tables are those of this version,
 * and whether its clock and ours agree.
 */
export function createDatabaseProbes(database: Database) {
  const readMigrations = createMigrationReader(database);

  async function ask(toFinding: (theirs: Date) => Finding): Promise<Finding> {
    try {
      return toFinding(await database.currentTime());
    } catch (error) {
      const failure = database.toServiceError(error);
      if (failure === null) throw error;
      return failing(failure);
    }
  }

  return {
    database: () => ask(() => OK),

    clock: () => {
      const askedAt = Date.now();
      return ask((theirs) => compare(theirs, (askedAt + Date.now()) / 2));
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

/** Nobody can say which of the two is wrong. */
function compare(theirs: Date, oursMs: number): Finding {
  const aheadMs = oursMs - theirs.getTime();
  if (Math.abs(aheadMs) <= TOLERATED_MS) return OK;
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const reason = `The clock of this machine is ${seconds} seconds ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the database. Let a time service such as chrony keep both.`;
  return { state: 'failing', reason };
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

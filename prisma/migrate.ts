import '../src/process/node-version.cjs';

import { readEnvironment } from '../src/config.ts';
import { readArguments } from '../src/process/arguments.ts';
import { migrate } from './engine/apply.ts';
import { MigrationError } from './engine/migration-error.ts';

readArguments({
  name: 'npm run db:migrate',
  does: 'Creates the database if it is missing and applies the migrations of prisma/migrations that it lacks.',
  environment: {
    DATABASE_URL: 'The PostgreSQL database; required.',
    '.env': 'Is read too, if there is one.',
  },
});

const { env, warnings } = readEnvironment();
for (const warning of warnings) console.error(warning);
const databaseUrl = env['DATABASE_URL']?.trim();
try {
  if (!databaseUrl) {
    throw new MigrationError(
      'DATABASE_URL is missing: set it in the environment or in the .env file (see .env.example).',
    );
  }
  const { applied } = await migrate(databaseUrl);
  for (const name of applied) console.log(`Applied ${name}.`);
  if (applied.length === 0) console.log('The database is up to date.');
} catch (error) {
  if (!(error instanceof MigrationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
// Prisma's engine leaves a timer behind, the ten seconds for which it would have waited for its lock.
process.exit();

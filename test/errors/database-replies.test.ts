// Guarantees, for each database error in the corpus, which code is reported to Temporal and whether Temporal retries.
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { DATABASE } from './corpus/database.ts';
import { assertNext, failureOf, inWords } from './support/assert-next.ts';
import { prepareTroubles, provoke } from './support/database-trouble.ts';

describe('a failure of the database', () => {
  let database: TestDatabase;
  /** Some take five seconds, so all of them are provoked concurrently. */
  let failures: Promise<unknown>[];
  let service: Database;

  before(async () => {
    database = await createTestDatabase();
    service = createDatabase({ url: database.url, poolSize: 1 });
    await prepareTroubles(database.url);
    failures = DATABASE.map(([, trouble]) => failureOf(() => provoke(database.url, trouble)));
    await Promise.allSettled(failures);
  });
  after(async () => {
    await service?.close();
    await database?.drop();
  });

  for (const [index, [what, , code, next]] of DATABASE.entries()) {
    it(`${what}: ${code}, ${inWords(next)}`, async () => {
      assertNext(service.toServiceError(await failures[index]), code, next);
    });
  }
});

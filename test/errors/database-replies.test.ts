// Guarantees, for each trouble with the database in the corpus, the code that Temporal is told and whether it tries again.
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { DATABASE } from './corpus/database.ts';
import { assertTold, failureOf, inWords } from './support/assert-next.ts';
import { prepareTroubles, provoke } from './support/database-trouble.ts';

describe('a failure of the database', () => {
  let database: TestDatabase;
  /** Some of them take five seconds: all of them are provoked side by side. */
  let failures: Promise<unknown>[];

  before(async () => {
    database = await createTestDatabase();
    await prepareTroubles(database.url);
    failures = DATABASE.map(([, trouble]) => failureOf(() => provoke(database.url, trouble)));
    await Promise.allSettled(failures);
  });
  after(() => database.drop());

  for (const [index, [what, , code, next]] of DATABASE.entries()) {
    it(`${what}: ${code}, ${inWords(next)}`, async () => {
      assertTold(await failures[index], code, next);
    });
  }
});

import { fault, ok, type Check } from '../check.ts';

/** Whether the user of DATABASE_URL may read and write the tables. */
export function databaseRightsCheck(
  database: { forbiddenTables(): Promise<number> },
  needs: readonly Check[],
): Check {
  return {
    name: 'rights on the tables',
    needs,
    async run() {
      const count = await database.forbiddenTables();
      return count === 0
        ? ok('The user may read and write every table.')
        : fault(
            `The user of DATABASE_URL may not read and write ${count} of the tables.`,
            'Grant it SELECT, INSERT, UPDATE and DELETE on all tables of the schema.',
          );
    },
  };
}

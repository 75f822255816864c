// A search in the index of all calls finds what a list with the same filter has: whatever the filter, also across months
// without calls, at their borders, and from page to page.
import assert from 'node:assert/strict';

import type { CallFilter, ListPlace } from '../../src/domain/call-filter.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import type { Prisma } from '../../src/generated/prisma/client.ts';
import {
  toSearchQuery,
  type ParsedWords,
  type SearchQuery,
} from '../../src/repositories/listing/search-query.ts';
import {
  pageOfCalls,
  parsedWords,
  searchAll,
  searchesOf,
  searchMonths,
} from '../../src/repositories/listing/statements.ts';
import { addListedCall, ANALYSIS, type ListedCallLike } from '../api/listed-calls.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const BAKERY = { connectwiseId: '251', name: 'Bakery' };

const FAILED = { callStatus: 'FAILED', outcome: null, failedStep: 'analyzeTranscript' } as const;

const CALLS: readonly ListedCallLike[] = [
  { callSid: 'oldest', startTime: new Date('2024-11-30T23:59:59.999Z'), company: BAKERY },
  { callSid: 'first', startTime: new Date('2024-12-01T00:00:00Z'), analysis: null },
  { callSid: 'also-first', startTime: new Date('2024-12-01T00:00:00Z'), company: BAKERY },
  {
    callSid: 'complaint',
    startTime: new Date('2025-01-31T12:00:00Z'),
    analysis: {
      ...ANALYSIS,
      category: 'complaint',
      priority: 'critical',
      sentiment: 'negative',
      followUpNeeded: false,
    },
    row: { recordingSeconds: 3600.5 },
  },
  {
    callSid: 'refused',
    startTime: new Date('2025-02-01T00:00:00Z'),
    row: { ...FAILED, failureCode: 'MODEL_CREDENTIALS_REFUSED', recordingSeconds: 64 },
  },
  {
    callSid: 'unavailable',
    startTime: new Date('2025-06-15T12:00:00Z'),
    row: { ...FAILED, failureCode: 'MODEL_UNAVAILABLE', recordingSeconds: 63.999 },
  },
  {
    callSid: 'waiting',
    startTime: new Date('2025-06-30T23:59:59Z'),
    company: BAKERY,
    row: { callStatus: 'PROCESSING', outcome: null, waitingSince: new Date(), recordingSeconds: 0 },
  },
  { callSid: 'newest', startTime: new Date('2025-12-31T23:59:59Z'), company: BAKERY },
];

const FILTERS: readonly CallFilter[] = [
  {},
  { status: 'FAILED' },
  { status: 'PROCESSING' },
  { outcome: 'ANALYZED' },
  { outcome: 'NO_SPEECH' },
  { companyMatch: 'MATCHED' },
  { company: '251' },
  { company: 'nobody' },
  { failedStep: 'analyzeTranscript' },
  { failureCode: 'MODEL_UNAVAILABLE' },
  { waiting: true },
  { waiting: false },
  { category: 'complaint' },
  { priority: 'critical' },
  { sentiment: 'negative' },
  { followUp: true },
  { followUp: false },
  ...[0, 1, 60, 63, 64, 65, 3_600, 3_601, 999_999].map((minSeconds) => ({ minSeconds })),
  { from: new Date('2024-12-01T00:00:00Z'), to: new Date('2025-02-01T00:00:00Z') },
  { from: new Date('2025-02-01T00:00:00Z') },
  { to: new Date('2024-12-01T00:00:00Z') },
  { from: new Date('2025-03-01'), to: new Date('2025-05-01') },
  { company: '251', status: 'PROCESSING', waiting: true, minSeconds: 0, followUp: true },
];

type Row = { readonly isAll: boolean } & (ListPlace | { readonly id: null });

/** What the repository sends for a search that the newest calls do not answer. */
function beginningWithMonths(...asked: Parameters<typeof searchAll>): readonly Prisma.Sql[] {
  return searchesOf(...asked).slice(1);
}

describe('a search in all calls', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 2 });
    for (const call of CALLS) await addListedCall(database, call);
  });
  after(async () => {
    await database.close();
    await testDatabase.drop();
  });

  // Every call has these, so that the filter alone decides.
  for (const q of ['-nowhere', '"call me back today" or -nowhere']) {
    for (const search of [searchAll, searchMonths]) {
      it(`for ${q} finds with each filter what a list has, page after page (${search.name})`, async () => {
        for (const filter of FILTERS) {
          const listed = await list(filter);
          for (const limit of [1, 3, 100]) {
            assert.deepEqual(await found(search, filter, q, limit), listed, JSON.stringify(filter));
          }
        }
        assert.equal((await list({})).length, CALLS.length);
      });
    }
  }

  // "morning" is a word of every call, and excludes nothing.
  it('finds the same page after page if it begins with the newest months', async () => {
    for (const filter of FILTERS) {
      const listed = await list(filter);
      for (const limit of [1, 3, 100]) {
        const paged = await found(beginningWithMonths, filter, 'morning', limit);
        assert.deepEqual(paged, listed, JSON.stringify(filter));
      }
    }
  });

  it('says of the newest months neither that they are all nor anything of older ones', async () => {
    for (const [days, expected] of [
      [0, ['newest']],
      [183, ['newest']],
      [184, ['newest', 'waiting', 'unavailable']],
    ] as const) {
      const rows = await rowsOf('morning', (query) =>
        searchMonths({}, query, { limit: 100, after: null }, days),
      );
      assert.deepEqual(await namesOf(rows), expected);
      assert.ok(rows.every(({ isAll }) => !isAll));
    }
  });

  it('begins with the months of a week, and with one month if something is excluded', async () => {
    // Of February, January and December.
    const filter = { to: new Date('2025-02-05') };
    for (const [q, expected] of [
      ['morning', ['refused', 'complaint']],
      ['"good morning" or scanner', ['refused', 'complaint']],
      ['morning!', ['refused', 'complaint']],
      ['morning -nowhere', ['refused']],
      ['morning -"good evening"', ['refused']],
    ] as const) {
      const rows = await rowsOf(q, (query) => {
        const [, months] = searchesOf(filter, query, { limit: 100, after: null });
        assert.ok(months);
        return months;
      });
      assert.deepEqual(await namesOf(rows), expected, q);
    }
  });

  async function rowsOf(q: string, statementOf: (query: SearchQuery) => Prisma.Sql) {
    return database.transaction(async (tx) => {
      const query = toSearchQuery(await tx.$queryRaw<ParsedWords[]>(parsedWords(q)));
      assert.ok(query);
      return tx.$queryRaw<Row[]>(statementOf(query));
    });
  }

  async function namesOf(rows: readonly Row[]): Promise<string[]> {
    const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]));
    const calls = await database.prisma.call.findMany({ where: { id: { in: ids } } });
    return ids.map((id) => calls.find((call) => call.id === id)?.callSid ?? '');
  }

  function list(filter: CallFilter): Promise<string[]> {
    return database.transaction(async (tx) => {
      const page = pageOfCalls(filter, { limit: 100, after: null });
      return (await tx.$queryRaw<ListPlace[]>(page)).map(({ id }) => id);
    });
  }

  async function found(
    search: (...asked: Parameters<typeof searchAll>) => Prisma.Sql | readonly Prisma.Sql[],
    filter: CallFilter,
    q: string,
    limit: number,
  ): Promise<string[]> {
    return database.transaction(async (tx) => {
      const query = toSearchQuery(await tx.$queryRaw<ParsedWords[]>(parsedWords(q)));
      assert.ok(query);
      const ids: string[] = [];
      let after: ListPlace | null = null;
      do {
        let places: readonly ListPlace[] = [];
        for (const statement of [search(filter, query, { limit, after })].flat()) {
          const rows = await tx.$queryRaw<Row[]>(statement);
          places = rows.flatMap((row) => (row.id === null ? [] : [row]));
          if (places.length === limit || rows[0]?.isAll === true) break;
        }
        ids.push(...places.map(({ id }) => id));
        after = places.length < limit ? null : (places.at(-1) ?? null);
      } while (after !== null);
      return ids;
    });
  }
});

import type { Prisma } from '../../generated/prisma/client.ts';
import type { CallFilter, ListPlace } from '../../domain/call-filter.ts';
import type { Grouping } from '../../domain/statistics.ts';
import type { Database, TransactionClient } from '../database.ts';
import { toSearchQuery, type ParsedWords } from './search-query.ts';
import {
  BY_INDEX,
  failureGroups,
  HIT_BEGINS,
  HIT_ENDS,
  hitsIn,
  pageOfCalls,
  parsedWords,
  searchesOf,
  type Page,
} from './statements.ts';
import { statisticsOf } from './statistics-statement.ts';

const DETAILS = {
  company: true,
  digest: true,
  currentAnalysis: { select: { data: true } },
} as const satisfies Prisma.CallInclude;

/** A stretch of a text, and whether it is something that was searched for. */
type Piece = { readonly text: string; readonly hit: boolean };

/** Where a call has what was searched for. */
export type Hit = {
  readonly in: 'company' | 'summary' | 'quotes' | 'transcript';
  readonly pieces: readonly Piece[];
};

export type ListedCall = Prisma.CallGetPayload<{ include: typeof DETAILS }> & {
  /** `null` without a search. */
  readonly hits: readonly Hit[] | null;
};

export type CallPage = {
  readonly calls: readonly ListedCall[];
  /** The place of the last call; `null` when no more follow. */
  readonly next: ListPlace | null;
};

export type FailureGroup = {
  readonly step: string;
  readonly code: string;
  readonly count: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
};

/** The calls of a group, or of all groups together. */
export type StatisticsRow = {
  readonly isTotal: boolean;
  readonly key: string | null;
  readonly name: string | null;
  readonly calls: number;
  readonly analyzed: number;
  readonly noSpeech: number;
  readonly failed: number;
  readonly processing: number;
  readonly recordedSeconds: number;
  readonly medianSeconds: number | null;
  readonly p95Seconds: number | null;
  /** `null` when nobody knows those of one of the calls. */
  readonly speechSeconds: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Some of it was paid in vain, for what is not known exactly. */
  readonly estimated: boolean;
};

// More than the days of a year; the companies with the most calls.
const MAX_GROUPS = 370;

export type ListingRepository = ReturnType<typeof createListingRepository>;

/**
 * Lists of calls. Raw statements find the schema of the database only in a transaction, so each runs
 * in one.
 */
export function createListingRepository(database: Pick<Database, 'transaction'>) {
  return {
    /** The calls that a filter wants, newest first, behind `after`. */
    list(
      filter: CallFilter,
      { limit, after }: { readonly limit: number; readonly after: ListPlace | null },
    ): Promise<CallPage> {
      return database.transaction(async (tx) => {
        const { q } = filter;
        const page = { limit: limit + 1, after };
        const found =
          q === undefined
            ? await tx.$queryRaw<ListPlace[]>(pageOfCalls(filter, page))
            : await search(q, filter, page, tx);
        const places = found.slice(0, limit);
        const ids = places.map(({ id }) => id);
        const rows = await tx.call.findMany({ where: { id: { in: ids } }, include: DETAILS });
        const hits = q === undefined ? null : await findHits(ids, q, tx);
        const byId = new Map(rows.map((row) => [row.id, row]));
        return {
          calls: ids.flatMap((id) => {
            const row = byId.get(id);
            return row === undefined ? [] : [{ ...row, hits: hits && (hits.get(id) ?? []) }];
          }),
          next: found.length > limit ? (places.at(-1) ?? null) : null,
        };
      });
    },

    /** What the calls that began in a range have in common: a row for all, and one for each group. */
    listStatistics(range: {
      readonly from: Date;
      readonly to: Date;
      readonly by: Grouping;
    }): Promise<StatisticsRow[]> {
      return database.transaction(async (tx) => {
        await tx.$executeRaw(BY_INDEX);
        return tx.$queryRaw<StatisticsRow[]>(statisticsOf(range, MAX_GROUPS));
      });
    },

    /** How many calls are FAILED for which reason; the most frequent reason first. */
    listFailures(): Promise<FailureGroup[]> {
      return database.transaction((tx) => tx.$queryRaw<FailureGroup[]>(failureGroups()));
    },
  };
}

type Found = { readonly isAll: boolean } & (ListPlace | { readonly id: null; readonly at: null });

async function search(
  words: string,
  filter: CallFilter,
  page: Page,
  tx: TransactionClient,
): Promise<readonly ListPlace[]> {
  const query = toSearchQuery(await tx.$queryRaw<ParsedWords[]>(parsedWords(words)));
  if (query === null) return [];
  let found: readonly ListPlace[] = [];
  for (const statement of searchesOf(filter, query, page)) {
    const rows = await tx.$queryRaw<Found[]>(statement);
    found = rows.flatMap(({ id, at }) => (id === null ? [] : [{ id, at }]));
    if (found.length === page.limit || rows[0]?.isAll === true) break;
  }
  return found;
}

type MarkedTexts = {
  readonly id: string;
  readonly company: string | null;
  readonly summary: string | null;
  readonly quotes: readonly string[];
  readonly transcript: string | null;
};

async function findHits(
  callIds: readonly string[],
  words: string,
  tx: TransactionClient,
): Promise<ReadonlyMap<string, readonly Hit[]>> {
  if (callIds.length === 0) return new Map();
  const rows = await tx.$queryRaw<MarkedTexts[]>(hitsIn(callIds, words));
  return new Map(
    rows.map(({ id, company, summary, quotes, transcript }) => [
      id,
      [
        ...toHit('company', company),
        ...toHit('summary', summary),
        ...quotes.flatMap((quote) => toHit('quotes', quote)),
        ...toHit('transcript', transcript),
      ],
    ]),
  );
}

/** A text in which nothing was found comes back without marks. */
function toHit(place: Hit['in'], marked: string | null): Hit[] {
  if (marked?.includes(HIT_BEGINS) !== true) return [];
  const pieces = marked.split(HIT_BEGINS).flatMap((part, index) => {
    if (index === 0) return [{ text: part, hit: false }];
    const [text = '', after = ''] = part.split(HIT_ENDS);
    return [
      { text, hit: true },
      { text: after, hit: false },
    ];
  });
  return [{ in: place, pieces: pieces.filter(({ text }) => text !== '') }];
}

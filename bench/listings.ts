import '../src/process/node-version.cjs';

import pg from 'pg';
import { z } from 'zod';

import type { CallFilter, ListPlace } from '../src/domain/call-filter.ts';
import { GROUPINGS } from '../src/domain/statistics.ts';
import { Prisma } from '../src/generated/prisma/client.ts';
import { readArguments } from '../src/process/arguments.ts';
import { createDatabase, type Database } from '../src/repositories/database.ts';
import { toSearchQuery, type ParsedWords } from '../src/repositories/listing/search-query.ts';
import {
  BY_INDEX,
  failureGroups,
  hitsIn,
  pageOfCalls,
  parsedWords,
  searchesOf,
} from '../src/repositories/listing/statements.ts';
import { statisticsOf } from '../src/repositories/listing/statistics-statement.ts';
import { FILTERS, range } from './listings/filters.ts';
import { explain, type Plan, type Run } from './listings/explain.ts';
import { prepareCalls } from './listings/prepare.ts';
import { startServer } from './listings/server.ts';

const parsed = z.object({ language: z.string(), query: z.string() });
const answer = z.object({ isAll: z.boolean() });

const CALLS = 100_000;

/** Longer than this, a person who clicks through a list notices. */
const ALLOWED_MS = 50;

const PAGE = { limit: 51, after: null };
// Of so many runs the middle one counts: the first reads from the disk, and some wait for other processes.
const RUNS = 5;

const { flags } = readArguments({
  name: 'npm run bench:listings',
  does: `Fills a PostgreSQL server of its own with ${CALLS} calls, and has it explain every list, search and statistic: the middle one of ${RUNS} runs counts. Ends with code 1 if one takes more than ${ALLOWED_MS} ms, or reads a whole table of calls.`,
  flags: {
    keep: {
      type: 'string',
      value: 'FOLDER',
      help: 'Where the filled server is kept, to be taken again the next time instead of being filled for minutes. To be deleted after a change of what the calls are like.',
    },
  },
});

const server = await startServer(flags.keep);
let isGood = true;
try {
  const url = await prepareCalls(server, CALLS);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run: Run = async ({ text, values }) => (await client.query(text, values)).rows;
  const database = createDatabase({ url, poolSize: 2 });
  try {
    // As the repository has it.
    await run(Prisma.sql`SET jit = off`);
    for (const [name, filter] of FILTERS) {
      await measure(run, `calls: ${name}`, () => list(run, filter));
    }
    for (const [name, statement] of await otherStatements(database)) {
      await measure(run, name, async () => [statement], name.startsWith('statistics'));
    }
  } finally {
    await database.close();
    await client.end();
  }
} finally {
  await server.stop();
}
console.log(isGood ? 'good' : 'TOO SLOW, or without an index');
process.exit(isGood ? 0 : 1);

/** The statements of a list that the repository sends for it. */
async function list(run: Run, filter: CallFilter): Promise<Prisma.Sql[]> {
  const { q } = filter;
  if (q === undefined) return [pageOfCalls(filter, PAGE)];
  const words = (await run(parsedWords(q))).map((row) => parsed.parse(row)) satisfies ParsedWords[];
  const query = toSearchQuery(words);
  const sent = [parsedWords(q)];
  for (const statement of query === null ? [] : searchesOf(filter, query, PAGE)) {
    sent.push(statement);
    const answers = (await run(statement)).map((row) => answer.parse(row));
    if (answers.length === PAGE.limit || answers[0]?.isAll === true) break;
  }
  return sent;
}

/** Runs what a request sends, in a transaction of its own, again and again. */
async function measure(
  run: Run,
  name: string,
  statementsOf: (run: Run) => Promise<Prisma.Sql[]>,
  byIndex = false,
): Promise<void> {
  await run(Prisma.sql`BEGIN`);
  if (byIndex) await run(BY_INDEX);
  const statements = await statementsOf(run);
  const plans: Plan[] = [];
  for (let index = 0; index < RUNS; index += 1) {
    const each: Plan[] = [];
    for (const statement of statements) each.push(await explain(run, statement));
    plans.push(together(each));
  }
  await run(Prisma.sql`ROLLBACK`);
  report(name, middle(plans), statements.length);
}

async function otherStatements(database: Database): Promise<(readonly [string, Prisma.Sql])[]> {
  const after = await placeInTheMiddle(database);
  const page = await database.prisma.$queryRaw<ListPlace[]>(pageOfCalls({}, PAGE));
  const ids = page.slice(0, 50).map(({ id }) => id);
  const ranges = [
    ['day', range(101, 100)],
    ['week', range(107, 100)],
    ['month', range(130, 100)],
    ['quarter', range(190, 100)],
    ['year', range(365, 0)],
    // Neither begins nor ends with a day.
    ['year at noon', range(364.5, 0.5)],
  ] as const;
  return [
    ['calls: a page in the middle', pageOfCalls({}, { ...PAGE, after })],
    [
      'calls: category, a page in the middle',
      pageOfCalls({ category: 'incident' }, { ...PAGE, after }),
    ],
    ['search: hits of 50 calls', hitsIn(ids, 'word5')],
    ['failures', failureGroups()],
    ...ranges.flatMap(([name, days]) =>
      GROUPINGS.map(
        (by) => [`statistics: a ${name} by ${by}`, statisticsOf({ ...days, by }, 370)] as const,
      ),
    ),
  ];
}

async function placeInTheMiddle({ prisma }: Database): Promise<ListPlace> {
  const [place] = await prisma.$queryRaw<ListPlace[]>`
    SELECT id::text AS id, to_char("startTime" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
    FROM "Call" ORDER BY "startTime" OFFSET ${CALLS / 2} LIMIT 1`;
  if (place === undefined) throw new Error('There are no calls.');
  return place;
}

function report(
  name: string,
  { milliseconds, processorMs, buffers, indexes, scanned }: Plan,
  statements: number,
): void {
  const isWithin = milliseconds <= ALLOWED_MS && scanned.length === 0 && indexes.length > 0;
  if (!isWithin) isGood = false;
  const whole = scanned.length === 0 ? '' : ` WHOLE ${scanned.join(', ')}`;
  const columns = [
    name.padEnd(46),
    `${milliseconds.toFixed(1).padStart(7)} ms`,
    `${processorMs.toFixed(1).padStart(7)} ms of CPU`,
    `${String(buffers).padStart(7)} buffers`,
    `${statements}`,
    `${isWithin ? '' : 'TOO MUCH '}${indexes.join(', ')}${whole}`,
  ];
  console.log(columns.join('  '));
}

function together(plans: readonly Plan[]): Plan {
  const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
  return {
    milliseconds: sum(plans.map(({ milliseconds }) => milliseconds)),
    processorMs: sum(plans.map(({ processorMs }) => processorMs)),
    buffers: sum(plans.map(({ buffers }) => buffers)),
    indexes: [...new Set(plans.flatMap(({ indexes }) => indexes))],
    scanned: plans.flatMap(({ scanned }) => scanned),
  };
}

function middle(plans: readonly Plan[]): Plan {
  const sorted = plans.toSorted((a, b) => a.milliseconds - b.milliseconds);
  const plan = sorted[Math.floor(sorted.length / 2)];
  if (plan === undefined) throw new Error('There is no plan.');
  return plan;
}

import '../src/process/node-version.cjs';

import pg from 'pg';

import { migrate } from '../prisma/engine/apply.ts';
import { startTemporaryPostgres } from '../local/parts/postgres/temporary.ts';
import type { CallFilter, ListPlace } from '../src/domain/call-filter.ts';
import { GROUPINGS } from '../src/domain/statistics.ts';
import { Prisma } from '../src/generated/prisma/client.ts';
import { readArguments } from '../src/process/arguments.ts';
import { createDatabase, type Database } from '../src/repositories/database.ts';
import { createDigestRepository } from '../src/repositories/listing/digest-repository.ts';
import {
  areRare,
  failureGroups,
  hitsIn,
  languagesInUse,
  pageOfCalls,
} from '../src/repositories/listing/statements.ts';
import { statisticsOf } from '../src/repositories/listing/statistics-statement.ts';
import { fillWithCalls, NEWEST } from './listings/fill.ts';
import { explain, type Plan, type Run } from './listings/explain.ts';

const CALLS = 100_000;

/** Longer than this, a person who clicks through a list notices. */
const ALLOWED_MS = 50;

const PAGE = { limit: 51, after: null };
const LANGUAGES = ['english', 'german'];
// The repository sets this for one transaction.
const BY_INDEX_HERE = Prisma.sql`SET enable_seqscan = off`;
const PLANNED = Prisma.sql`SET enable_seqscan = on`;

const NO_SEARCH = { languages: [], isRare: false };
const DAY_MS = 24 * 60 * 60 * 1_000;

const FILTERS: readonly (readonly [string, CallFilter])[] = [
  ['all', {}],
  ['status=FAILED', { status: 'FAILED' }],
  ['status=PROCESSING', { status: 'PROCESSING' }],
  ['status=COMPLETED', { status: 'COMPLETED' }],
  ['outcome=NO_SPEECH', { outcome: 'NO_SPEECH' }],
  ['failureCode, frequent', { failureCode: 'MODEL_CREDENTIALS_REFUSED' }],
  ['failureCode, never', { failureCode: 'SPEECH_QUOTA_EXCEEDED' }],
  ['failedStep', { failedStep: 'transcribeRecording' }],
  ['waiting=true', { waiting: true }],
  ['waiting=false', { waiting: false }],
  ['company', { company: '17' }],
  ['company, unknown', { company: 'nobody' }],
  ['companyMatch=AMBIGUOUS', { companyMatch: 'AMBIGUOUS' }],
  ['category=complaint', { category: 'complaint' }],
  ['category=complaint, FAILED', { category: 'complaint', status: 'FAILED' }],
  ['priority=critical', { priority: 'critical' }],
  ['sentiment=negative', { sentiment: 'negative' }],
  ['followUp=true', { followUp: true }],
  ['followUp, company, priority', { followUp: true, company: '17', priority: 'critical' }],
  ['minSeconds=60', { minSeconds: 60 }],
  ['minSeconds=3600, rare', { minSeconds: 3_600 }],
  ['minSeconds, never', { minSeconds: 900_000 }],
  ['from, to: a day', range(100, 99)],
  ['from, to: the oldest month', range(365, 335)],
  ['FAILED, a day', { status: 'FAILED', ...range(100, 99) }],
  ['q, in one call', { q: 'needle777' }],
  ['q, in none', { q: 'nowhere' }],
  ['q, in 1 of 100 calls', { q: 'word150' }],
  ['q, in most calls', { q: 'word1' }],
  ['q, two words', { q: 'word20 word90' }],
  ['q, phrase', { q: '"Company 17"' }],
  ['q, without', { q: 'word40 -word1' }],
  ['q, FAILED', { q: 'word5', status: 'FAILED' }],
  ['q, company, a month', { q: 'word30', company: '17', ...range(60, 30) }],
];

function range(fromDays: number, toDays: number) {
  return {
    from: new Date(NEWEST.getTime() - fromDays * DAY_MS),
    to: new Date(NEWEST.getTime() - toDays * DAY_MS),
  };
}

readArguments({
  name: 'npm run bench:listings',
  does: `Fills a PostgreSQL server of its own with ${CALLS} calls, and has it explain every list, search and statistic: the fastest of three runs counts. Ends with code 1 if a list or search takes more than ${ALLOWED_MS} ms, or anything reads a whole table of calls.`,
});

const server = await startTemporaryPostgres();
let isGood = true;
try {
  const url = server.url('listings');
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run: Run = async ({ text, values }) => (await client.query(text, values)).rows;
  const database = createDatabase({ url, poolSize: 2 });
  try {
    await fill(run, database);
    // As the repository has it.
    await run(Prisma.sql`SET jit = off`);
    for (const [name, statement] of await statements(database)) {
      // The first run reads from the disk what the next ones find in memory.
      await run(name.startsWith('how frequent') ? BY_INDEX_HERE : PLANNED);
      await explain(run, statement);
      const plans = [
        await explain(run, statement),
        await explain(run, statement),
        await explain(run, statement),
      ];
      report(name, fastest(plans));
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

async function fill(run: Run, database: Database): Promise<void> {
  const began = Date.now();
  await fillWithCalls(run, CALLS);
  console.log(`${CALLS} calls after ${seconds(began)} s`);
  // Statistics of the tables, which a server in use has.
  await run(Prisma.sql`VACUUM (ANALYZE)`);
  const digesting = Date.now();
  const digests = createDigestRepository(database);
  let after: string | null = null;
  do ({ next: after } = await digests.mend(after));
  while (after !== null);
  console.log(`their digests after ${seconds(digesting)} s`);
  await run(Prisma.sql`VACUUM (ANALYZE)`);
}

async function statements(database: Database): Promise<(readonly [string, Prisma.Sql])[]> {
  const middle = await placeInTheMiddle(database);
  const page = await database.prisma.$queryRaw<ListPlace[]>(
    pageOfCalls({ q: 'word5' }, PAGE, { languages: LANGUAGES, isRare: false }),
  );
  const ids = page.slice(0, 50).map(({ id }) => id);
  return [
    ...(await Promise.all(
      FILTERS.map(async ([name, filter]) => {
        const facts = { languages: LANGUAGES, isRare: await isRare(database, filter) };
        return [`calls: ${name}`, pageOfCalls(filter, PAGE, facts)] as const;
      }),
    )),
    ...FILTERS.flatMap(([name, { q }]) =>
      q === undefined ? [] : [[`how frequent: ${name}`, areRare(q, LANGUAGES)] as const],
    ),
    ['calls: a page in the middle', pageOfCalls({}, { ...PAGE, after: middle }, NO_SEARCH)],
    [
      'calls: category, a page in the middle',
      pageOfCalls({ category: 'incident' }, { ...PAGE, after: middle }, NO_SEARCH),
    ],
    ['search: languages', languagesInUse()],
    ['search: hits of 50 calls', hitsIn(ids, 'word5')],
    ['failures', failureGroups()],
    ...GROUPINGS.map(
      (by) =>
        [`statistics: a week by ${by}`, statisticsOf({ ...range(107, 100), by }, 100)] as const,
    ),
    ['statistics: a month by day', statisticsOf({ ...range(130, 100), by: 'day' }, 100)],
  ];
}

async function isRare({ prisma }: Database, { q }: CallFilter): Promise<boolean> {
  if (q === undefined) return false;
  const [answer] = await prisma.$queryRaw<{ isRare: boolean }[]>(areRare(q, LANGUAGES));
  return answer?.isRare === true;
}

async function placeInTheMiddle({ prisma }: Database): Promise<ListPlace> {
  const [place] = await prisma.$queryRaw<ListPlace[]>`
    SELECT id::text AS id, to_char("startTime" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
    FROM "Call" ORDER BY "startTime" OFFSET ${CALLS / 2} LIMIT 1`;
  if (place === undefined) throw new Error('There are no calls.');
  return place;
}

function report(name: string, { milliseconds, buffers, indexes, scanned }: Plan): void {
  // Statistics are no list: they read every call of their range.
  const isFast = milliseconds <= ALLOWED_MS || name.startsWith('statistics');
  const isWithin = isFast && scanned.length === 0 && indexes.length > 0;
  if (!isWithin) isGood = false;
  const whole = scanned.length === 0 ? '' : ` WHOLE ${scanned.join(', ')}`;
  const columns = [
    name.padEnd(40),
    `${milliseconds.toFixed(1).padStart(7)} ms`,
    `${String(buffers).padStart(7)} buffers`,
    `${isWithin ? '' : 'TOO MUCH '}${indexes.join(', ')}${whole}`,
  ];
  console.log(columns.join('  '));
}

/** What the statement takes; more is what other processes of the machine take. */
function fastest(plans: readonly Plan[]): Plan {
  const [first] = plans.toSorted((a, b) => a.milliseconds - b.milliseconds);
  if (first === undefined) throw new Error('There is no plan.');
  return first;
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1_000).toFixed(0);
}

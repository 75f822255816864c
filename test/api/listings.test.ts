// Lists tell of each call once, newest first, also while calls are added; filters and searches find what they say,
// and whatever they do not take is refused with what they take.
import assert from 'node:assert/strict';

import { toFailuresReply } from '../../src/api/listing/views.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createDigestRepository } from '../../src/repositories/listing/digest-repository.ts';
import { toSearchQuery, type ParsedWords } from '../../src/repositories/listing/search-query.ts';
import { parsedWords, searchAll, searchMonths } from '../../src/repositories/listing/statements.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { askRaw } from '../support/raw-request.ts';
import { addListedCall, ANALYSIS } from './listed-calls.ts';

type Listed = {
  readonly callSid: string;
  readonly summary: string | null;
  readonly hits: readonly { readonly in: string; readonly pieces: readonly Piece[] }[] | null;
};
type Piece = { readonly text: string; readonly hit: boolean };
type Answer = {
  readonly status: number;
  readonly body: {
    readonly calls: readonly Listed[];
    readonly nextCursor: string | null;
    readonly code?: string;
    readonly detail?: string;
  };
};

const DENTAL = { connectwiseId: '250', name: 'Brightwater Dental' };
const BAKERY = { connectwiseId: '251', name: 'Müller Brot GmbH' };

const at = (text: string) => new Date(`2026-11-${text}:00Z`);

describe('lists of calls', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let gateway: OwnGateway;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 4 });
    await addCalls(database);
    gateway = await startOwnGateway(testDatabase.url, {
      SPEECH_PRICE_PER_MINUTE: '0.06',
      LLM_PRICE_PER_MILLION_INPUT_TOKENS: '1000',
      LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: '2000',
      PRICE_CURRENCY: 'GBP',
      // A machine that runs other tests too is late at times.
      EVENT_LOOP_DELAY_MAX_MS: '0',
    });
  });
  after(async () => {
    await gateway.remove();
    await database.close();
    await testDatabase.drop();
  });

  async function ask(target: string): Promise<Answer> {
    const reply = await fetch(`${gateway.url}${target}`);
    return { status: reply.status, body: (await reply.json()) as Answer['body'] };
  }

  async function list(query: string): Promise<string[]> {
    const { status, body } = await ask(`/calls?${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body.calls.map(({ callSid }) => callSid);
  }

  it('tells what a list needs of a call', async () => {
    const { body } = await ask('/calls?company=250&limit=1');
    assert.deepEqual(body.calls[0], {
      callSid: 'printer',
      status: 'COMPLETED',
      outcome: 'ANALYZED',
      startTime: '2026-11-30T08:00:00.000Z',
      recordedAt: null,
      recordingSeconds: 60,
      externalPhoneNumber: '+442079460101',
      direction: 'inbound',
      companyMatch: 'MATCHED',
      company: DENTAL,
      summary: 'The scanner sends nothing.',
      category: 'incident',
      priority: 'medium',
      sentiment: 'neutral',
      followUp: true,
      failure: null,
      waiting: null,
      hits: null,
      links: { self: '/calls/printer' },
    });
  });

  const FILTERS: readonly (readonly [string, readonly string[]])[] = [
    ['', ['waiting', 'refused', 'bread', 'printer', 'silent', 'complaint']],
    ['status=FAILED', ['refused']],
    ['status=PROCESSING', ['waiting']],
    ['outcome=NO_SPEECH', ['silent']],
    ['failureCode=MODEL_CREDENTIALS_REFUSED', ['refused']],
    ['failureCode=MODEL_UNAVAILABLE', []],
    ['failedStep=analyzeTranscript', ['refused']],
    ['waiting=true', ['waiting']],
    ['waiting=false&status=PROCESSING', []],
    ['company=251', ['bread']],
    ['company=999', []],
    ['companyMatch=UNKNOWN', ['waiting', 'refused', 'silent', 'complaint']],
    ['category=complaint', ['complaint']],
    ['priority=critical', ['complaint']],
    ['sentiment=negative', ['complaint']],
    ['followUp=false', ['complaint']],
    ['followUp=true&company=250', ['printer']],
    ['minSeconds=3600', ['complaint']],
    ['from=2026-11-30T08:00:00Z', ['waiting', 'refused', 'bread', 'printer']],
    ['to=2026-11-30T08:00:00Z', ['silent', 'complaint']],
    ['from=2026-11-30T10:00:00%2B02:00&to=2026-11-30T09:00:00Z', ['printer']],
    ['from=2026-11-29&to=2026-11-30', ['silent']],
    ['category=incident&minSeconds=61', []],
  ];
  for (const [query, expected] of FILTERS) {
    it(`finds the calls of "${query}", newest first`, async () => {
      assert.deepEqual(await list(query), expected);
    });
  }

  it('finds the calls of one company by its ConnectWise id', async () => {
    const { status, body } = await ask('/companies/250/calls?status=COMPLETED');
    assert.deepEqual([status, body.calls.map(({ callSid }) => callSid)], [200, ['printer']]);
    assert.equal((await ask('/companies/250/calls?company=251')).status, 400);
  });

  describe('a search', () => {
    const SEARCHES: readonly (readonly [string, readonly string[]])[] = [
      ['brightwater', ['printer']],
      ['scanner brightwater', ['printer']],
      // An ending of English in a transcript, and one of German.
      ['printer', ['printer']],
      ['Brötchen bestellt', ['bread']],
      ['Brötchens', ['bread']],
      ['"back today" printers', ['printer']],
      ['"today back" printers', []],
      // Three words, of which the last two stand side by side elsewhere.
      ['"call me back today"', ['printer', 'complaint']],
      ['"our printers stand still"', ['printer']],
      ['"our scanner stand still"', []],
      ['printers -"stand still"', []],
      ['printers -"still stand"', ['printer']],
      ['printers -"our printers still"', ['printer']],
      ['"zwanzig Brötchen" or "printers stand"', ['bread', 'printer']],
      ['printers -brightwater', []],
      ['nowhere or unacceptable', ['complaint']],
      // Of a call without a transcript only the company is known.
      ['zebra', []],
      // Nothing but words that are in every text.
      ['the', []],
      [`'; DROP TABLE "Call"; -- & | ! ( :* <->`, []],
    ];
    for (const [words, expected] of SEARCHES) {
      it(`finds the calls with ${words}`, async () => {
        assert.deepEqual(await list(`q=${encodeURIComponent(words)}`), expected);
      });
    }

    it('finds the same by the index of all calls as among the newest ones', async () => {
      const page = { limit: 10, after: null };
      for (const [q, expected] of SEARCHES) {
        const filter = { q, to: at('30T12:00') };
        for (const search of [searchAll, searchMonths]) {
          const places = await database.transaction(async (tx) => {
            const query = toSearchQuery(await tx.$queryRaw<ParsedWords[]>(parsedWords(q)));
            return (
              query && (await tx.$queryRaw<{ id: string | null }[]>(search(filter, query, page)))
            );
          });
          const ids = (places ?? []).flatMap(({ id }) => (id === null ? [] : [id]));
          const rows = await database.prisma.call.findMany({ where: { id: { in: ids } } });
          const names = ids.map((id) => rows.find((row) => row.id === id)?.callSid);
          assert.deepEqual(names, expected, q);
        }
      }
    });

    it('shows where the words stand, in pieces of text that are not HTML', async () => {
      const { body } = await ask('/calls?q=brightwater+scanner+printer');
      assert.deepEqual(body.calls[0]?.hits, [
        {
          in: 'company',
          pieces: [
            { text: 'Brightwater', hit: true },
            { text: ' Dental', hit: false },
          ],
        },
        {
          in: 'summary',
          pieces: [
            { text: 'The ', hit: false },
            { text: 'scanner', hit: true },
            { text: ' sends nothing.', hit: false },
          ],
        },
        {
          in: 'transcript',
          pieces: [
            { text: 'Our ', hit: false },
            { text: 'printers', hit: true },
            { text: ' stand still.', hit: false },
          ],
        },
      ]);
    });

    it('takes no mark and no markup from a text', async () => {
      const { body } = await ask('/calls?q=unacceptable');
      const [hit] = body.calls[0]?.hits ?? [];
      const text = hit?.pieces.map((piece) => piece.text).join('');
      assert.equal(hit?.in, 'transcript');
      assert.deepEqual(
        hit?.pieces.filter((piece) => piece.hit).map((piece) => piece.text),
        ['unacceptable'],
      );
      assert.match(text ?? '', /not .*alert/);
      assert.doesNotMatch(text ?? '', /[\uE000\uE001<>]/);
    });

    it('finds a call no longer by what it was made from before', async () => {
      const id = await addListedCall(database, {
        callSid: 'retold',
        startTime: at('01T08:00'),
        text: 'The giraffe is hungry.',
      });
      assert.deepEqual(await list('q=giraffe'), ['retold']);
      await database.prisma.transcript.delete({ where: { callId: id } });
      await database.prisma.callDigest.delete({ where: { callId: id } });
      assert.deepEqual(await list('q=giraffe'), []);
      await database.prisma.call.update({ where: { id }, data: { callAnalysisId: null } });
      await database.prisma.callAnalysis.deleteMany({ where: { callId: id } });
      await database.prisma.call.delete({ where: { id } });
    });
  });

  describe('pages', () => {
    it('tell of each call once, also when calls are added and many began at the same moment', async () => {
      const moment = at('10T08:00');
      const names = Array.from({ length: 7 }, (_, index) => `same-${index}`);
      for (const callSid of names) await addListedCall(database, { callSid, startTime: moment });
      // Beyond the milliseconds of JavaScript.
      await database.prisma
        .$executeRaw`UPDATE "Call" SET "startTime" = "startTime" + interval '3 microseconds'
        WHERE "callSid" IN ('same-1', 'same-4')`;
      await database.prisma.$executeRaw`UPDATE "CallDigest" d SET "startTime" = c."startTime"
        FROM "Call" c WHERE c.id = d."callId"`;
      for (const filter of ['to=2026-11-11', 'to=2026-11-11&category=incident']) {
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const next: string = cursor === null ? '' : `&cursor=${cursor}`;
          const { status, body } = await ask(`/calls?${filter}&limit=2${next}`);
          assert.equal(status, 200);
          seen.push(...body.calls.map(({ callSid }) => callSid));
          cursor = body.nextCursor;
          await addListedCall(database, {
            callSid: `newer-${filter.length}-${seen.length}`,
            startTime: at('10T09:00'),
          });
        } while (cursor !== null);
        const added = seen.filter(
          (callSid) => callSid.startsWith('newer-') && callSid.startsWith(`newer-${filter.length}`),
        );
        assert.deepEqual(added, [], 'calls that were added are on pages before');
        assert.deepEqual(seen.filter((callSid) => callSid.startsWith('same')).toSorted(), names);
      }
    });

    it('do not go on in a list with another filter, or at a place that was made up', async () => {
      const { body } = await ask('/calls?limit=1');
      const cursor = String(body.nextCursor);
      assert.equal((await ask(`/calls?limit=3&cursor=${cursor}`)).status, 200);
      const other = await ask(`/calls?status=FAILED&cursor=${cursor}`);
      assert.equal(other.status, 400);
      assert.match(String(other.body.detail), /another filter/);
      const [time, id, digest] = JSON.parse(
        Buffer.from(cursor, 'base64url').toString(),
      ) as string[];
      for (const made of [
        ['2026-02-30T00:00:00.000000Z', id, digest],
        ['0000-01-01T00:00:00.000000Z', id, digest],
        [`${time}'`, id, digest],
        [time, 'x', digest],
        [time, id],
        null,
      ]) {
        const text = Buffer.from(JSON.stringify(made)).toString('base64url');
        const answer = await ask(`/calls?cursor=${text}`);
        assert.equal(answer.status, 400, `${JSON.stringify(made)} ${JSON.stringify(answer.body)}`);
      }
      assert.equal((await ask('/calls?cursor=%7B%7D')).status, 400);
    });
  });

  describe('what is refused', () => {
    const REFUSED: readonly (readonly [string, RegExp])[] = [
      ['colour=red', /has colour, but takes only status, outcome, .*company, limit, cursor/],
      ['status=failed', /querystring\.status must be one of PROCESSING, COMPLETED, FAILED/],
      ['status=', /must be one of PROCESSING/],
      ['status=FAILED&status=FAILED', /must be one of PROCESSING/],
      ['outcome=x', /must be one of ANALYZED, NO_SPEECH/],
      ['failureCode=X', /must be one of .*MODEL_CREDENTIALS_REFUSED/],
      ['failedStep=recordFailure', /must be one of openCall, /],
      ['waiting=yes', /must be one of true, false/],
      ['companyMatch=x', /must be one of MATCHED, /],
      ['category=x', /must be one of incident, /],
      ['priority=x', /must be one of low, /],
      ['sentiment=x', /must be one of positive, /],
      ['from=yesterday', /querystring\.from must be a time such as/],
      ['from=2026-11-30T08:00:00+02:00', /write \+ as %2B/],
      ['from=2026-02-30', /must be a time such as/],
      ['to=0000-01-01', /from 1970 to 9999/],
      ['from=2026-11-30&to=2026-11-30', /querystring\.to must be later than from/],
      ['followUp=1', /must be one of true, false/],
      ['minSeconds=-1', /must be a whole number of seconds/],
      ['minSeconds=1e3', /must be a whole number of seconds/],
      ['limit=0', /must be a whole number from 1 to 100/],
      ['limit=101', /must be a whole number from 1 to 100/],
      ['q=', /must be words to search for/],
      ['q=+', /must be words to search for/],
      [`q=${'x'.repeat(201)}`, /at most 200 characters/],
      ['company=', /must be a ConnectWise id/],
    ];
    for (const [query, expected] of REFUSED) {
      it(`answers 400 to ?${query.slice(0, 40)}, and says what is taken`, async () => {
        const { status, body } = await ask(`/calls?${query}`);
        assert.deepEqual([status, body.code], [400, 'INVALID_INPUT'], JSON.stringify(body));
        assert.match(String(body.detail), expected);
      });
    }

    it('answers 400 to a NUL and to broken escapes, as no client sends them', async () => {
      for (const query of ['q=%00', 'q=a%00b', 'company=%00', '%00=1', 'cursor=%00']) {
        const reply = await askRaw(gateway.port, [
          `GET /calls?${query} HTTP/1.1`,
          'Host: localhost',
        ]);
        assert.equal(reply.status, 400, `${query} ${reply.body}`);
      }
      const broken = await askRaw(gateway.port, ['GET /calls?q=%ff HTTP/1.1', 'Host: localhost']);
      assert.ok([200, 400].includes(broken.status), broken.body);
    });
  });

  it('tells the failures by step and code, with what each means and what to do', async () => {
    const reply = await fetch(`${gateway.url}/failures`);
    const { failures } = (await reply.json()) as { failures: Record<string, unknown>[] };
    assert.equal(failures.length, 1);
    const [failure] = failures;
    assert.deepEqual(
      { ...failure, meaning: null, remedy: null },
      {
        step: 'analyzeTranscript',
        code: 'MODEL_CREDENTIALS_REFUSED',
        count: 1,
        firstSeen: '2026-11-30T11:07:00.000Z',
        lastSeen: '2026-11-30T11:07:00.000Z',
        meaning: null,
        remedy: null,
        links: {
          calls:
            '/calls?status=FAILED&failedStep=analyzeTranscript&failureCode=MODEL_CREDENTIALS_REFUSED',
        },
      },
    );
    assert.match(String(failure?.['meaning']), /refused/);
    assert.match(String(failure?.['remedy']), /LLM_API_KEY/);
    assert.equal((await ask('/failures?x=1')).status, 400);
  });

  it('gives no link to calls that failed by a code or at a step of a newer version', () => {
    const group = { count: 1, firstSeen: at('28T08:00'), lastSeen: at('28T08:00') };
    const { failures } = toFailuresReply([
      { ...group, step: 'analyzeTranscript', code: 'CODE_OF_TOMORROW' },
      { ...group, step: 'stepOfTomorrow', code: 'MODEL_CREDENTIALS_REFUSED' },
    ]);
    assert.deepEqual(
      failures.map(({ links }) => links.calls),
      [null, null],
    );
  });

  describe('statistics', () => {
    type Group = {
      readonly key: string | null;
      readonly name: string | null;
      readonly calls: number;
      readonly cost: Readonly<Record<string, unknown>>;
    };
    type Statistics = { readonly total: Group; readonly groups: readonly Group[] };
    const RANGE = 'from=2026-11-28&to=2026-12-01';

    async function count(query: string): Promise<Statistics> {
      const reply = await fetch(`${gateway.url}/statistics?${query}`);
      assert.equal(reply.status, 200);
      return (await reply.json()) as Statistics;
    }

    it('count calls, minutes, time to completion and money of a range', async () => {
      const { prisma } = database;
      const call = await prisma.call.findUniqueOrThrow({ where: { callSid: 'printer' } });
      const spent = { callId: call.id, runId: 'run', activityId: '1' };
      await prisma.speechOperation.create({ data: { ...spent, name: 'lost', secondsInVain: 60 } });
      await prisma.analysisAttempt.create({
        data: { ...spent, attempt: 1, inputTokens: 1_000n, outputTokens: 0n },
      });
      const { total } = await count(RANGE);
      assert.deepEqual(total, {
        calls: 6,
        outcomes: { ANALYZED: 3, NO_SPEECH: 1, FAILED: 1, PROCESSING: 1 },
        minutes: 65,
        secondsToCompletion: { median: 30, p95: 30 },
        cost: {
          currency: 'GBP',
          // Five transcripts of a minute, and one that was lost.
          speechSeconds: 360,
          speech: 0.36,
          // Three analyses, and an attempt that came to nothing.
          inputTokens: 4_000,
          outputTokens: 300,
          analysis: 4.6,
          total: 4.96,
          estimated: true,
        },
      });
    });

    it('say that the seconds of speech are not known once nobody knows those of one call', async () => {
      const { prisma } = database;
      const where = { call: { callSid: 'printer' } };
      await prisma.transcript.updateMany({ where, data: { billedSeconds: null } });
      try {
        const { total, groups } = await count(`${RANGE}&by=day`);
        const { speechSeconds, speech, total: money } = total.cost;
        assert.deepEqual([speechSeconds, speech, money], [null, null, null]);
        assert.ok(groups.some(({ cost }) => cost['speechSeconds'] === 60));
      } finally {
        await prisma.transcript.updateMany({ where, data: { billedSeconds: 60 } });
      }
    });

    const GROUPS: readonly (readonly [string, readonly (readonly [string | null, number])[]])[] = [
      [
        'day',
        [
          ['2026-11-28', 1],
          ['2026-11-29', 1],
          ['2026-11-30', 4],
        ],
      ],
      [
        'outcome',
        [
          ['ANALYZED', 3],
          ['FAILED', 1],
          ['NO_SPEECH', 1],
          ['PROCESSING', 1],
        ],
      ],
      [
        'company',
        [
          [null, 4],
          ['250', 1],
          ['251', 1],
        ],
      ],
      [
        'companyMatch',
        [
          ['UNKNOWN', 4],
          ['MATCHED', 2],
        ],
      ],
      [
        'category',
        [
          [null, 3],
          ['incident', 2],
          ['complaint', 1],
        ],
      ],
    ];
    for (const [by, expected] of GROUPS) {
      it(`count the calls by ${by}, and each call once`, async () => {
        const { groups, total } = await count(`${RANGE}&by=${by}`);
        const found = groups.map(({ key, calls }) => [key, calls] as const);
        const order = (
          [a]: readonly [string | null, number],
          [b]: readonly [string | null, number],
        ) => (String(a) < String(b) ? -1 : 1);
        assert.deepEqual(found.toSorted(order), expected.toSorted(order));
        assert.equal(total.calls, 6);
        const name = groups.find(({ key }) => key === '250')?.name;
        assert.equal(name, by === 'company' ? DENTAL.name : undefined);
      });
    }

    it('are of the last 30 days unless the request says otherwise, and zero where there was no call', async () => {
      const { total, groups } = await count('from=2001-01-01&to=2001-01-02');
      assert.deepEqual([total.calls, groups, total.cost['total']], [0, [], 0]);
      const reply = await fetch(`${gateway.url}/statistics`);
      const { from, to, by } = (await reply.json()) as Record<'from' | 'to' | 'by', string>;
      assert.equal(Date.parse(to) - Date.parse(from), 30 * 24 * 60 * 60 * 1_000);
      assert.equal(by, 'day');
    });

    it('refuse a range that is too long or ends before it begins, and other groups', async () => {
      for (const query of [
        'from=2020-01-01&to=2026-01-01',
        'from=9000-01-01',
        'by=caller',
        'x=1',
      ]) {
        const { status, body } = await ask(`/statistics?${query}`);
        assert.deepEqual([status, body.code], [400, 'INVALID_INPUT'], query);
      }
    });
  });

  describe('digests', () => {
    it('are made for calls of before, and again where they are outdated, once', async () => {
      const { prisma } = database;
      const digests = createDigestRepository(database);
      await goThrough(digests);
      const before = await prisma.callDigest.findMany({ orderBy: { callId: 'asc' } });
      const [gone, renamed, retold] = before;
      assert.ok(gone && renamed && retold);
      await prisma.callDigest.delete({ where: { callId: gone.callId } });
      await prisma.callDigest.update({
        where: { callId: renamed.callId },
        data: { companyName: 'An old name' },
      });
      await prisma.callDigest.update({
        where: { callId: retold.callId },
        data: { submissionId: 'old', category: 'spam', language: 'simple' },
      });
      assert.equal(await goThrough(digests), 3);
      assert.deepEqual(await prisma.callDigest.findMany({ orderBy: { callId: 'asc' } }), before);
      assert.equal(await goThrough(digests), 0);
    });

    it('leave a call alone that a step is just changing', async () => {
      const { prisma } = database;
      const digests = createDigestRepository(database);
      const call = await prisma.call.findUniqueOrThrow({ where: { callSid: 'printer' } });
      await prisma.callDigest.update({ where: { callId: call.id }, data: { companyName: 'Old' } });
      await database.transaction(async (tx) => {
        await tx.$executeRaw`SELECT 1 FROM "Call" WHERE id = ${call.id}::uuid FOR UPDATE`;
        assert.equal(await goThrough(digests), 0);
      });
      assert.equal(await goThrough(digests), 1);
    });

    it('hold a transcript of any length and script', async () => {
      const word = (index: number) => String.fromCodePoint(0x4e00 + (index % 20_000));
      const chinese = Array.from({ length: 300_000 }, (_, index) =>
        index % 40 === 0 ? '。' : word(index * 7 + Math.floor(index / 20_000)),
      ).join('');
      const english = Array.from({ length: 200_000 }, (_, index) => `w${index}-x${index}`).join(
        ' ',
      );
      // Four bytes a character, no word and no neighbours twice: PostgreSQL refuses a document of all of it.
      const noise = Array.from({ length: 125_000 }, (_, index) =>
        String.fromCodePoint(0x20000 + (index % 40_000), 0x20000 + Math.floor(index / 3)),
      ).join(' ');
      for (const [index, text] of [chinese, english, noise].entries()) {
        const callSid = `long-${index}`;
        await addListedCall(database, { callSid, startTime: at('02T08:00'), text });
        const listed = await list('to=2026-11-03');
        assert.ok(listed.includes(callSid));
      }
    });
  });
});

async function goThrough(digests: ReturnType<typeof createDigestRepository>): Promise<number> {
  let total = 0;
  let after: string | null = null;
  do {
    const { next, made } = await digests.mend(after);
    total += made;
    after = next;
  } while (after !== null);
  return total;
}

/** Six calls, of which each has something of its own. */
async function addCalls(database: Database): Promise<void> {
  await addListedCall(database, {
    callSid: 'complaint',
    startTime: at('28T08:00'),
    text: 'This is \uE000not\uE001 <script>alert(1)</script> <b>unacceptable</b>.',
    analysis: {
      ...ANALYSIS,
      summary: 'Nobody has come.',
      category: 'complaint',
      priority: 'critical',
      sentiment: 'negative',
      followUpNeeded: false,
    },
    row: { recordingSeconds: 3600.5 },
  });
  await addListedCall(database, {
    callSid: 'silent',
    startTime: at('29T08:00'),
    text: '',
    analysis: null,
  });
  await addListedCall(database, {
    callSid: 'printer',
    startTime: at('30T08:00'),
    company: DENTAL,
    text: 'Our printers stand still.',
  });
  await addListedCall(database, {
    callSid: 'bread',
    startTime: at('30T09:00'),
    company: BAKERY,
    text: 'Ich habe zwanzig Brötchen bestellt.',
    languageCode: 'de-DE',
    analysis: { ...ANALYSIS, summary: 'Zwanzig Brötchen.', quotes: [] },
  });
  await addListedCall(database, {
    callSid: 'refused',
    startTime: at('30T11:00'),
    analysis: null,
    row: {
      callStatus: 'FAILED',
      outcome: null,
      failedStep: 'analyzeTranscript',
      failureCode: 'MODEL_CREDENTIALS_REFUSED',
      failureMessage: 'Refused.',
      failedAt: at('30T11:07'),
    },
  });
  await addListedCall(database, {
    callSid: 'waiting',
    startTime: at('30T12:00'),
    text: null,
    analysis: null,
    row: {
      callStatus: 'PROCESSING',
      outcome: null,
      waitingStep: 'transcribeRecording',
      waitingAttempt: 2,
      waitingCode: 'SPEECH_UNAVAILABLE',
      waitingMessage: 'Away.',
      waitingSince: at('30T12:01'),
      waitingNextAt: at('30T12:03'),
    },
  });
}

import { freePort } from '../../local/process/ports.ts';
import { newKeys, type Entrant } from '../contestants/contestant.ts';
import { ours } from '../contestants/ours.ts';
import { historyOf, type HistoryFacts } from '../counts/history.ts';
import { trafficDuring, type Traffic, type Transaction } from '../counts/statements.ts';
import { requestsOfWorker, since } from '../counts/worker-requests.ts';
import type { Ground } from '../ground/ground.ts';
import { quantile } from '../report/spread.ts';
import type { Line } from '../report/report.ts';
import type { Row } from './row.ts';
import { IN_FLIGHT, processAll } from './turn.ts';

/** Calls one by one, whose average is exact if each of them sends the same. */
const CALLS_COUNTED = 20;

/** Calls side by side, whose transactions are timed. */
const CALLS_BUSY = 100;

export const counts: Row = {
  name: 'counts',
  does: 'what a happy call sends to PostgreSQL, Temporal and Speech-to-Text, counted',
  async measure(ground, { calls: given }) {
    const calls = given ?? CALLS_BUSY;
    const metricsAddress = `127.0.0.1:${await freePort()}`;
    const entrant = await ours.start(ground, { outsideMs: 0, metricsAddress });
    // The first calls bring their companies with them; later ones find them.
    await processAll(entrant, newKeys(calls), IN_FLIGHT);

    ground.say(`counts: ${CALLS_COUNTED} calls one by one`);
    const counted = newKeys(CALLS_COUNTED);
    const asked = await askedOf(ground, { entrant, metricsAddress });
    const alone = await trafficDuring(ground, entrant, async () => {
      for (const key of counted) await entrant.process(key);
    });
    const requests = await asked();
    ground.say(`counts: ${calls} calls, ${IN_FLIGHT} in flight`);
    const busy = await trafficDuring(ground, entrant, async () => {
      await processAll(entrant, newKeys(calls), IN_FLIGHT);
    });
    const histories = await Promise.all(
      counted.map(({ callSid }) => historyOf(ground.temporal.client, callSid)),
    );
    const [history] = histories;
    if (history === undefined) throw new Error('No call was counted.');
    const most = (of: (each: HistoryFacts) => number) => Math.max(...histories.map(of));
    return {
      command: 'npm run bench -- --only counts',
      lines: [
        ...statementLines(alone),
        { what: 'longest transaction, p99, calls alone', measured: p99(alone), goal: '< 10 ms' },
        { what: `longest transaction, p99, ${IN_FLIGHT} in flight`, measured: p99(busy) },
        {
          what: 'history of a call: events / bytes',
          measured: `${most(({ events }) => events)} / ${most(({ bytes }) => bytes)}`,
          goal: '≤ 37 / ≤ 6,000',
        },
        {
          what: 'history of a call: largest payload',
          measured: `${most(({ largestPayloadBytes }) => largestPayloadBytes)} bytes`,
          goal: '≤ 1,000',
        },
        { what: 'billable actions of a call', measured: listed(history.billable, 1) },
        { what: 'requests to Temporal a call, client', measured: listed(requests.client) },
        { what: 'requests to Temporal a call, worker', measured: listed(requests.worker) },
        {
          what: 'requests to Speech-to-Text a call',
          measured: listed(requests.speech),
          goal: '1 submit, no list',
        },
      ],
      notes: [
        `counts: ${CALLS_COUNTED} calls one by one; a number with decimals is their average. A statement is a message to PostgreSQL that asks for something: BEGIN comes in one with its settings. From the log of the server. RecordWorkerHeartbeat comes by the clock and not by calls; polls are for any call.`,
      ],
    };
  },
};

type Requests = Readonly<Record<'client' | 'worker' | 'speech', ReadonlyMap<string, number>>>;

/** Notes what was asked so far; the answer tells what was asked since. */
async function askedOf(
  { temporal }: Ground,
  { entrant, metricsAddress }: { readonly entrant: Entrant; readonly metricsAddress: string },
): Promise<() => Promise<Requests>> {
  const all = async (): Promise<Requests> => ({
    client: new Map(temporal.requests),
    worker: await requestsOfWorker(metricsAddress),
    speech: new Map(Object.entries(await entrant.worker.ask('counts'))),
  });
  const before = await all();
  return async () => {
    const after = await all();
    return {
      client: since(before.client, after.client),
      worker: since(before.worker, after.worker),
      speech: since(before.speech, after.speech),
    };
  };
}

/** Those of the limiter use its table, or are in a transaction with one that does. */
const isOfLimiter = (sql: string) => sql.includes('"RequestQueue"');
const isLimiter = ({ statements }: Transaction) => statements.some(isOfLimiter);

function statementLines({ transactions, single: alone }: Traffic): Line[] {
  const single = alone.filter((sql) => !isOfLimiter(sql));
  const own = transactions.filter((each) => !isLimiter(each));
  const limiter = transactions.filter(isLimiter);
  const inAll = (all: readonly Transaction[]) =>
    all.reduce((sum, { statements }) => sum + statements.length, 0);
  const perCall = (count: number) => perCallOf(count, CALLS_COUNTED);
  return [
    {
      what: 'statements / transactions of a call',
      measured: `${perCall(inAll(own) + single.length)} / ${perCall(own.length)}`,
      goal: '≤ 30 / ≤ 6',
    },
    { what: 'of these, outside of transactions', measured: perCall(single.length) },
    {
      what: 'beside them, of the shared limiter',
      measured: `${perCall(inAll(limiter) + alone.length - single.length)} / ${perCall(limiter.length)}`,
    },
  ];
}

function p99({ transactions }: Traffic): string {
  const ms = transactions.map((transaction) => transaction.ms);
  return `${quantile(ms, 0.99).toFixed(1)} ms (of ${ms.length}; the longest ${Math.max(...ms).toFixed(1)} ms)`;
}

function listed(all: ReadonlyMap<string, number>, calls = CALLS_COUNTED): string {
  return [...all].map(([name, count]) => `${perCallOf(count, calls)} ${name}`).join(', ') || 'none';
}

function perCallOf(count: number, calls: number): string {
  const each = count / calls;
  return Number.isInteger(each) ? String(each) : each.toFixed(2);
}

// A happy call sends the database so many statements in so many transactions, and not one more. Each
// number may only fall. To see the statements: PRINT_STATEMENTS=1 npm test -- test/activities/statements.test.ts
import assert from 'node:assert/strict';

import { STEPS, type Step } from '../../src/domain/names.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import {
  isBegin,
  isEnd,
  startStatementLog,
  type LoggedStatement,
  type StatementLog,
} from '../support/statement-log.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

type Cost = { readonly statements: number; readonly transactions: number };

/** BEGIN and COMMIT counted; a BEGIN brings the limits of its transaction in the same message. */
const COSTS: Readonly<Record<Step | 'the turn at ConnectWise', Cost>> = {
  openCall: { statements: 1, transactions: 0 },
  archiveRecording: { statements: 2, transactions: 0 },
  transcribeRecording: { statements: 8, transactions: 1 },
  matchCompany: { statements: 4, transactions: 0 },
  // All workers share the queue, so its statements stand in no transaction that holds the row any longer.
  'the turn at ConnectWise': { statements: 2, transactions: 0 },
  analyzeTranscript: { statements: 11, transactions: 1 },
};

describe('a happy call', () => {
  let testDatabase: TestDatabase;
  let log: StatementLog;
  let rig: StepRig;

  before(async () => {
    testDatabase = await createTestDatabase();
    log = await startStatementLog(testDatabase.url);
    rig = await startStepRig({ DATABASE_URL: log.url });
    // The first call of a company opens the connections and adds the company.
    const first = await rig.newCall();
    await first.upTo('analyzeTranscript');
    await first.attempt('analyzeTranscript', 1);
  });
  after(async () => {
    await rig?.stop();
    await log?.stop();
    await testDatabase?.drop();
  });

  it('costs the database exactly so many statements and transactions', async () => {
    const call = await rig.newCall();
    log.take();
    const sent: [string, readonly LoggedStatement[]][] = [];
    for (const step of STEPS) {
      await call.attempt(step, 1);
      const { ofStep, ofQueue } = splitQueue(log.take());
      sent.push([step, ofStep]);
      if (ofQueue.length > 0) sent.push(['the turn at ConnectWise', ofQueue]);
    }
    assert.equal((await call.rows()).call.callStatus, 'COMPLETED');

    const listing = sent.map(([what, of]) => `${what}\n${of.map(describeStatement).join('\n')}`);
    if (process.env['PRINT_STATEMENTS'] !== undefined) console.log(listing.join('\n'));
    const costs = Object.fromEntries(sent.map(([what, of]) => [what, costOf(of)]));
    assert.deepEqual(costs, COSTS, listing.join('\n'));
  });
});

/** The statements of the queue that all workers share stand in transactions of their own. */
function splitQueue(statements: readonly LoggedStatement[]) {
  const ofStep: LoggedStatement[] = [];
  const ofQueue: LoggedStatement[] = [];
  for (const unit of toUnits(statements)) {
    (unit.some(({ text }) => text.includes('"RequestQueue"')) ? ofQueue : ofStep).push(...unit);
  }
  return { ofStep, ofQueue };
}

/** Whole transactions, and statements that stand alone. */
function toUnits(statements: readonly LoggedStatement[]): LoggedStatement[][] {
  const units: LoggedStatement[][] = [];
  let isOpen = false;
  for (const statement of statements) {
    if (isOpen) units.at(-1)?.push(statement);
    else units.push([statement]);
    if (isBegin(statement.text)) isOpen = true;
    if (isEnd(statement.text)) isOpen = false;
  }
  return units;
}

function costOf(statements: readonly LoggedStatement[]): Cost {
  const transactions = statements.filter(({ text }) => isEnd(text)).length;
  return { statements: statements.length, transactions };
}

function describeStatement({ text, transactionMs }: LoggedStatement): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('"public".', '').trim();
  const short = line.length > 160 ? `${line.slice(0, 100)} … ${line.slice(-60)}` : line;
  return transactionMs === undefined ? `  ${short}` : `  ${short} (${transactionMs.toFixed(1)} ms)`;
}

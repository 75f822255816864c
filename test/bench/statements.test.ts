// Guarantees that the bench counts what PostgreSQL's log says of one database: statements, transactions, their time.
import assert from 'node:assert/strict';

import { readTraffic } from '../../bench/counts/statements.ts';

const line = (at: string, pid: number, database: string, text: string) =>
  `${at}|${pid}|${database}|LOG:  duration: ${text}`;

describe("PostgreSQL's log of a bench", () => {
  it('counts BEGIN, COMMIT and what is between, once each, from the start of BEGIN on', () => {
    const log = [
      line('100.010', 7, 'ours', '10.000 ms  statement: BEGIN; SET LOCAL lock_timeout = 4000'),
      line('100.011', 7, 'ours', '0.100 ms  parse <unnamed>: SELECT 1'),
      line('100.011', 7, 'ours', '0.100 ms  bind <unnamed>: SELECT 1'),
      line('100.012', 7, 'ours', '0.200 ms  execute <unnamed>: SELECT 1'),
      line('100.020', 7, 'ours', '0.300 ms  statement: COMMIT'),
    ].join('\n');
    const { transactions, single } = readTraffic(log, 'ours');
    assert.deepEqual(single, []);
    assert.equal(transactions.length, 1);
    assert.deepEqual(transactions[0]?.statements, [
      'BEGIN; SET LOCAL lock_timeout = 4000',
      'SELECT 1',
      'COMMIT',
    ]);
    assert.equal(Math.round(transactions[0]?.ms ?? 0), 20);
  });

  it('keeps sessions apart, and leaves other databases out', () => {
    const log = [
      line('1.000', 1, 'ours', '0.1 ms  statement: BEGIN'),
      line('1.001', 2, 'ours', '0.1 ms  execute <unnamed>: SELECT alone'),
      line('1.001', 1, 'theirs', '0.1 ms  execute <unnamed>: SELECT other'),
      line('1.002', 1, 'ours', '0.1 ms  statement: ROLLBACK'),
    ].join('\n');
    const { transactions, single } = readTraffic(log, 'ours');
    assert.deepEqual(single, ['SELECT alone']);
    assert.deepEqual(transactions[0]?.statements, ['BEGIN', 'ROLLBACK']);
  });

  it('reads a statement of several lines as one', () => {
    const log = line('1.000', 1, 'ours', '0.1 ms  execute s1: \n\tINSERT INTO "RequestQueue"\n\tx');
    assert.deepEqual(readTraffic(log, 'ours').single, ['INSERT INTO "RequestQueue" x']);
  });

  it('counts nothing of a failed line', () => {
    assert.deepEqual(readTraffic('1.0|1|ours|ERROR:  duplicate key', 'ours').single, []);
  });
});

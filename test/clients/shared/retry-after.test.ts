// Guarantees that every form of the header Retry-After becomes a wait, and nonsense none.
import assert from 'node:assert/strict';
import { parseRetryAfter } from '../../../src/clients/shared/retry-after.ts';

describe('the header Retry-After', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const table: [unknown, number | null][] = [
    ['7', 7000],
    ['0', null],
    [' 120 ', 120_000],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', null],
    ['soon', null],
    ['', null],
    [undefined, null],
    [['7', '8'], null],
  ];
  for (const [header, waitMs] of table) {
    it(`makes ${JSON.stringify(header) ?? 'its absence'} ${waitMs} ms`, () => {
      assert.equal(parseRetryAfter(header, now), waitMs);
    });
  }
});

// Guarantees that every form of the Retry-After header is understood, and that nonsense is ignored.
import assert from 'node:assert/strict';
import { parseRetryAfter } from '../../../src/clients/shared/retry-after.ts';

describe('the Retry-After header', () => {
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
    it(`turns ${JSON.stringify(header) ?? 'its absence'} into ${waitMs ?? 'no'} ms`, () => {
      assert.equal(parseRetryAfter(header, now), waitMs);
    });
  }
});

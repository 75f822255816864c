// A reader of the log passes by nothing that is yet to become visible, waits for no transaction that is none of ours,
// and notices that the database counts anew.
import assert from 'node:assert/strict';

import { createFeed } from '../../src/api/events/feed.ts';
import { createWatermark } from '../../src/api/events/watermark.ts';
import type { LogPlace, Snapshot } from '../../src/domain/log-place.ts';
import { waitFor } from '../support/wait-for.ts';

const snapshot = (next: bigint, ...running: bigint[]): Snapshot => ({ next, running, at: 0 });
const MINUTE_MS = 60_000;

describe('the mark up to which the log is complete', () => {
  it('stops before the oldest transaction that has not ended', () => {
    const mark = createWatermark();
    assert.equal(mark(snapshot(10n), 0), 10n);
    assert.equal(mark(snapshot(20n, 15n, 12n), 1_000), 12n);
    assert.equal(mark(snapshot(22n, 15n), 2_000), 15n);
    assert.equal(mark(snapshot(30n), 3_000), 30n);
  });

  it('waits a minute for a transaction, and no longer', () => {
    const mark = createWatermark();
    mark(snapshot(10n), 0);
    for (let seconds = 1; seconds < 60; seconds += 1) {
      assert.equal(mark(snapshot(20n, 12n), seconds * 1_000), 12n);
    }
    // At second 1 it had begun; at second 61 that is a minute ago.
    assert.equal(mark(snapshot(20n, 12n), 60_500), 12n);
    assert.equal(mark(snapshot(20n, 12n, 18n), 61_000), 20n);
  });

  it('does not wait for one that was open when nobody had looked for a while', () => {
    const mark = createWatermark();
    mark(snapshot(20n, 12n), 0);
    assert.equal(mark(snapshot(40n, 12n, 35n), 10 * MINUTE_MS), 35n);
  });

  it('knows nothing of how long a transaction has been open when it looks first', () => {
    assert.equal(createWatermark()(snapshot(40n, 12n), MINUTE_MS * 100), 12n);
  });
});

describe('what follows the log', () => {
  it('tells its followers that the database counts from another number, and goes on from there', async () => {
    let next = 5_000n;
    let breaks: LogPlace[] = [];
    const log = {
      snapshot: async () => snapshot(next),
      list: async () => [],
    };
    const feed = createFeed(log, () => undefined);
    try {
      const told: bigint[] = [];
      await feed.follow(({ transactionId: from }) => {
        assert.equal(from, 5_000n);
        return {
          onRows: (_rows, { transactionId }) => told.push(transactionId),
          onBreak: (place) => (breaks = [...breaks, place]),
        };
      });
      next = 900n;
      await waitFor('the break', async () => breaks.length === 1);
      assert.equal(breaks[0]?.transactionId, 900n);
      next = 950n;
      await waitFor('rows behind it', async () => told.includes(950n));
      assert.equal(breaks.length, 1);
    } finally {
      feed.close();
    }
  });
});

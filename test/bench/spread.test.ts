// Guarantees that the bench's figures are medians of ratios of the same round.
import assert from 'node:assert/strict';

import { pairedRatios, quantile, spreadOf, written } from '../../bench/report/spread.ts';

describe('the spread of measurements', () => {
  it('has the middle value, and the mean of the two middle ones of an even number', () => {
    assert.deepEqual(spreadOf([9, 1, 5]), { median: 5, least: 1, most: 9 });
    assert.equal(spreadOf([4, 1, 3, 2]).median, 2.5);
  });

  it('puts a quantile between its neighbours', () => {
    assert.equal(quantile([0, 10, 20, 30, 40], 0.9), 36);
    assert.equal(quantile([7], 0.99), 7);
  });

  it('refuses to summarise nothing', () => {
    assert.throws(() => spreadOf([]), /Nothing was measured/);
  });

  it('compares the two sides round by round', () => {
    // In the second round the whole machine was slow.
    assert.deepEqual(pairedRatios([10, 1, 12], [20, 2, 20]), {
      median: 0.5,
      least: 0.5,
      most: 0.6,
    });
  });

  it('writes the middle with its bounds', () => {
    assert.equal(written({ median: 0.566, least: 0.47, most: 0.69 }, 2), '0.57 (0.47 to 0.69)');
  });
});

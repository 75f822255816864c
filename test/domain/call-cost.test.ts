// Guarantees that a call's cost is exact to a millionth, and never invented where a price is missing.
import assert from 'node:assert/strict';

import fc from 'fast-check';

import { parsePrice, toCallCost, type Prices } from '../../src/domain/call-cost.ts';

const PRICES: Prices = {
  currency: 'USD',
  speechPerMinute: parsePrice('0.016'),
  perMillionInputTokens: parsePrice('0.15'),
  perMillionOutputTokens: parsePrice('0.6'),
};
const USAGE = { speechSeconds: 90, inputTokens: 2_000, outputTokens: 500, estimated: false };

describe('the cost of a call', () => {
  it('is the usage multiplied by the prices', () => {
    assert.deepEqual(toCallCost(USAGE, PRICES), {
      ...USAGE,
      currency: 'USD',
      speech: 0.024,
      analysis: 0.0006,
      total: 0.0246,
    });
  });

  it('is free of floating-point errors', () => {
    const speech = { ...USAGE, speechSeconds: 3 * 60, inputTokens: 0, outputTokens: 0 };
    // 3 × 0.1 is 0.30000000000000004 in floating point.
    const cost = toCallCost(speech, { ...PRICES, speechPerMinute: parsePrice('0.1') });
    assert.equal(cost.speech, 0.3);
  });

  it('is rounded half up to a millionth, each amount once', () => {
    const one = { ...USAGE, speechSeconds: 1, inputTokens: 1, outputTokens: 0 };
    const cost = toCallCost(one, {
      ...PRICES,
      speechPerMinute: parsePrice('0.00009'),
      perMillionInputTokens: parsePrice('0.5'),
    });
    assert.deepEqual([cost.speech, cost.analysis, cost.total], [0.000002, 0.000001, 0.000003]);
  });

  it('is zero when nothing was used, and null where a price is missing', () => {
    const nothing = { ...USAGE, speechSeconds: 0, inputTokens: 0, outputTokens: 0 };
    assert.equal(toCallCost(nothing, PRICES).total, 0);
    const half = toCallCost(USAGE, { ...PRICES, perMillionOutputTokens: null });
    assert.deepEqual([half.speech, half.analysis, half.total], [0.024, null, null]);
    const other = toCallCost(USAGE, { ...PRICES, speechPerMinute: null });
    assert.deepEqual([other.speech, other.analysis, other.total], [null, 0.0006, null]);
  });

  it('is not known, rather than zero, when nobody knows the seconds of speech', () => {
    const cost = toCallCost({ ...USAGE, speechSeconds: null }, PRICES);
    const { speechSeconds, speech, analysis, total } = cost;
    assert.deepEqual([speechSeconds, speech, analysis, total], [null, null, 0.0006, null]);
  });

  it('is within half a millionth of the true amount, whatever is used', () => {
    const count = fc.nat(2_000_000_000);
    fc.assert(
      fc.property(count, count, count, (speechSeconds, inputTokens, outputTokens) => {
        const cost = toCallCost({ ...USAGE, speechSeconds, inputTokens, outputTokens }, PRICES);
        const speech = (BigInt(speechSeconds) * 16_000n * 10n) / 60n;
        const rounded = BigInt(Math.round((cost.speech ?? -1) * 1e6)) * 10n;
        assert.ok(rounded - speech <= 5n && speech - rounded <= 5n);
        assert.equal(
          Math.round((cost.total ?? -1) * 1e6),
          Math.round((cost.speech ?? 0) * 1e6) + Math.round((cost.analysis ?? 0) * 1e6),
        );
      }),
    );
  });

  it('accepts only prices that it can represent exactly', () => {
    assert.deepEqual(['0', '0.016', '2.5', '15'].map(parsePrice), [
      0n,
      16_000n,
      2_500_000n,
      15_000_000n,
    ]);
    const refused = ['', '-1', '1,5', '1e3', '.5', '0.0000001', '$1', '1 000', '9999999999'];
    assert.deepEqual(
      refused.map(parsePrice),
      refused.map(() => null),
    );
  });
});

// Guarantees that a number of another system fits its column, or counts as not told.
import assert from 'node:assert/strict';

import fc from 'fast-check';

import { MAX_INTEGER, toBounded, toCount } from '../../src/domain/bounded-number.ts';

describe('a number of another system', () => {
  it('is one that a column of type integer holds, or null, whatever was said', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const count = toCount(value, MAX_INTEGER);
        assert.ok(
          count === null || (Number.isInteger(count) && count >= 0 && count <= MAX_INTEGER),
        );
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.double().map(String)), (value) => {
        const bounded = toBounded(value, 10);
        assert.ok(bounded === null || (bounded >= 0 && bounded <= 10));
      }),
    );
  });

  it('that makes sense is kept', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_INTEGER }), (value) => {
        assert.equal(toCount(value, MAX_INTEGER), value);
        assert.equal(toCount(String(value), MAX_INTEGER), value);
      }),
    );
    assert.equal(toBounded(0.25, 10), 0.25);
    assert.equal(toCount(0.25, 10), 1);
  });
});

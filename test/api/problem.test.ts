import assert from 'node:assert/strict';

import { toHttpStatus } from '../../src/api/http-status.ts';
import { toProblem } from '../../src/api/problem.ts';
import { ERROR_CODES, type ErrorCode } from '../../src/domain/error-codes.ts';

// The table of codes tells an operator how to resume a parked call; the sender of a request has no parked call.

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

describe('a problem document', () => {
  const ofRequests = CODES.filter(
    (code) => toHttpStatus(code) !== 500 || code === 'INTERNAL_ERROR',
  );

  it('has a type of its own for each code, that no release may change', () => {
    const { type } = toProblem({ code: 'KEY_REFUSED', status: 401, detail: '', requestId: '' });
    assert.equal(type, 'urn:call-processing:problem:KEY_REFUSED');
    const types = CODES.map((code) => toProblem({ code, status: 400, detail: '', requestId: '' }));
    assert.equal(new Set(types.map((each) => each.type)).size, CODES.length);
  });

  for (const code of ofRequests) {
    it(`has a remedy that does not mention the signal: ${code}`, () => {
      const status = toHttpStatus(code);
      const { remedy } = toProblem({ code, status, detail: 'detail', requestId: 'req-1' });
      assert.doesNotMatch(remedy, /signal/);
      assert.ok(remedy.length > 10);
    });
  }
});

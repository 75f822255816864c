import assert from 'node:assert/strict';

import { toHttpStatus } from '../../src/api/http-status.ts';
import { toProblem } from '../../src/api/problem.ts';
import { ERROR_CODES, type ErrorCode } from '../../src/domain/error-codes.ts';

// A code tells an operator what to do about a parked call; the sender of a request has no parked call.

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

describe('the problem that a client is sent', () => {
  const ofRequests = CODES.filter(
    (code) => toHttpStatus(code) !== 500 || code === 'INTERNAL_ERROR',
  );

  for (const code of ofRequests) {
    it(`asks for no signal to a run: ${code}`, () => {
      const status = toHttpStatus(code);
      const { remedy } = toProblem({ code, status, detail: 'detail', requestId: 'req-1' });
      assert.doesNotMatch(remedy, /signal/);
      assert.ok(remedy.length > 10);
    });
  }
});

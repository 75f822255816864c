import assert from 'node:assert/strict';

import { HTTP_STATUS } from '../../src/api/http-status.ts';
import { toProblem } from '../../src/api/problem.ts';
import { ERROR_CODES, type ErrorCode } from '../../src/domain/error-codes.ts';

// A code says to an operator what to do about a parked call; who sent a request has no parked call.

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

describe('the problem that a client is sent', () => {
  const ofRequests = CODES.filter((code) => HTTP_STATUS[code] !== 500 || code === 'INTERNAL_ERROR');

  for (const code of ofRequests) {
    it(`asks for no signal to a run: ${code}`, () => {
      const { remedy } = toProblem(code, HTTP_STATUS[code], 'detail', 'req-1');
      assert.doesNotMatch(remedy, /signal/);
      assert.ok(remedy.length > 10);
    });
  }
});

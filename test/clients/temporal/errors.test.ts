import assert from 'node:assert/strict';

import { ServiceError } from '../../../src/domain/service-error.ts';
import { toQueryError } from '../../../src/clients/temporal/errors.ts';

// How queries without a worker ended, measured with 160 at a time on a busy machine: mostly with our
// own deadline, and sometimes with Temporal's, which is equally long and came first.
const SEEN = [
  { code: 4, details: 'Deadline exceeded after 5.000s,remote_addr=127.0.0.1:7233' },
  { code: 1, details: 'Call cancelled' },
  { code: 9, details: 'no poller seen for task queue recently, worker may be down' },
];

describe('a query that no worker answers', () => {
  for (const { code, details } of SEEN) {
    it(`is blamed on the workers and not on Temporal: ${details}`, () => {
      const error = toQueryError(
        new Error('Failed to query Workflow', { cause: grpcError(code, details) }),
      );
      assert.ok(error instanceof ServiceError);
      assert.equal(error.code, 'TEMPORAL_NO_WORKER');
    });
  }

  it('is blamed on Temporal when Temporal cannot be reached', () => {
    const error = toQueryError(grpcError(14, 'No connection established'));
    assert.ok(error instanceof ServiceError);
    assert.equal(error.code, 'TEMPORAL_UNAVAILABLE');
  });
});

/** An error as the gRPC library creates it. */
function grpcError(code: number, details: string): Error {
  return Object.assign(new Error(`${code} ${details}`), { code, details, metadata: {} });
}

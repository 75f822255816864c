// Guarantees what a client of the gateway receives when Temporal answers with an error or not at all: within seconds, a code, and when to retry.
import assert from 'node:assert/strict';

import { assertNoAdvice } from '../support/advice.ts';
import { GATEWAY } from './corpus/gateway.ts';
import { askGateway, type GatewayReply } from './support/ask-gateway.ts';

describe('the gateway, when Temporal answers', () => {
  /** Most take five seconds, so all of them are requested concurrently. */
  let replies: Promise<GatewayReply>[];

  before(async () => {
    replies = GATEWAY.map(([, answer]) => askGateway(answer));
    await Promise.allSettled(replies);
  });

  for (const [index, [what, , status, code, retryAfterSeconds]] of GATEWAY.entries()) {
    const again = retryAfterSeconds === null ? '' : `, retry after ${retryAfterSeconds} s`;
    it(`${what}: ${status} ${code}${again}`, async () => {
      const reply = await replies[index];
      assert.ok(reply !== undefined);
      const problem = JSON.parse(reply.text) as { code: string; detail: string };
      assert.deepEqual([reply.status, problem.code], [status, code]);
      assert.equal(reply.retryAfter, retryAfterSeconds === null ? null : String(retryAfterSeconds));
      assertNoAdvice(problem.detail);
      // Where Temporal is stands in the log alone.
      assert.doesNotMatch(reply.text, /told by|127\.0\.0\.1|\.invalid|at .*\.ts|namespace \S+ at/);
    });
  }
});

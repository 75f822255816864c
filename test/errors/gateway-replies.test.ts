// Guarantees what a client of the gateway is told when Temporal answers badly or not at all: within seconds, with a code, and when to come back.
import assert from 'node:assert/strict';

import { assertNoAdvice } from '../support/advice.ts';
import { GATEWAY } from './corpus/gateway.ts';
import { askGateway, type GatewayReply } from './support/ask-gateway.ts';

describe('the gateway, when Temporal answers', () => {
  /** Most of them take five seconds: all of them are asked side by side. */
  let replies: Promise<GatewayReply>[];

  before(async () => {
    replies = GATEWAY.map(([, answer]) => askGateway(answer));
    await Promise.allSettled(replies);
  });

  for (const [index, [what, , status, code, retryAfterSeconds]] of GATEWAY.entries()) {
    const again = retryAfterSeconds === null ? '' : `, again after ${retryAfterSeconds} s`;
    it(`${what}: ${status} ${code}${again}`, async () => {
      const reply = await replies[index];
      assert.ok(reply !== undefined);
      const problem = JSON.parse(reply.text) as { code: string; detail: string };
      assert.deepEqual([reply.status, problem.code], [status, code]);
      assert.equal(reply.retryAfter, retryAfterSeconds === null ? null : String(retryAfterSeconds));
      assertNoAdvice(problem.detail);
      assert.doesNotMatch(reply.text, /told by|127\.0\.0\.1|\.invalid|at .*\.ts/);
    });
  }
});

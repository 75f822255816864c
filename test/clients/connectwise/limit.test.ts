// Guarantees that the local rate limit is kept: a short wait is waited out, and a long one is thrown with its delay.
import assert from 'node:assert/strict';

import { NUMBER, createConnectWiseRig } from './support.ts';
import { createLimiter } from '../../../src/clients/connectwise/limiter.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { sendJson } from '../../support/http-server.ts';

const { signal } = new AbortController();
const rig = createConnectWiseRig();

describe('the limit on requests to ConnectWise', () => {
  afterEach(() => rig.close());

  it('waits up to five seconds for the local limit, and throws if it would take longer', async () => {
    // At 60 a minute, one lookup of three requests is allowed every three seconds.
    const client = await rig.clientOf((_, response) => sendJson(response, []), {
      requestsPerMinute: 60,
      timeoutMs: 10_000,
    });
    const startedAt = performance.now();
    const lookups = Array.from({ length: 4 }, () => client.findByPhone(NUMBER, [], signal));
    const [first, second, third, fourth] = await Promise.allSettled(lookups);
    assert.equal(first?.status, 'fulfilled');
    assert.equal(second?.status, 'fulfilled');
    assert.ok(performance.now() - startedAt > 2_500);
    assert.equal(rig.requests().length, 6);
    // The delays are spread out, so that many callers do not retry at the same moment.
    assertLimited(third, 5_000, 6_000);
    assertLimited(fourth, 8_000, 9_000);
  });

  it('admits a whole lookup even at one request a minute', async () => {
    const client = await rig.clientOf((_, response) => sendJson(response, []), {
      requestsPerMinute: 1,
    });
    await client.findByPhone(NUMBER, [], signal);
    const [again] = await Promise.allSettled([client.findByPhone(NUMBER, [], signal)]);
    assertLimited(again, 175_000, 180_000);
    assert.equal(rig.requests().length, 3);
  });

  it('gives a walk at most half of the limit', async () => {
    // At 600 a minute, a walk may send three of the six requests that the limit allows every 0.6 s.
    const limiter = createLimiter(600);
    const until = performance.now() + 1_900;
    let sent = 0;
    while (performance.now() < until) {
      await limiter.admitWalk(signal);
      sent += 1;
    }
    // Three each at 0, 0.6, 1.2 and 1.8 s; the last may wait beyond the end, until 2.4 s.
    assert.ok(sent >= 9 && sent <= 13, `${sent}`);
  });

  it('lets a lookup overtake a walk that has waited longer', async () => {
    // At 70 a minute, a window admits one lookup and lasts 2.6 s.
    const limiter = createLimiter(70);
    const lookUp = () => limiter.admit(3, { ms: 0 }, signal);
    const controller = new AbortController();
    let hasWalked = false;
    await lookUp();
    const walk = limiter.admitWalk(controller.signal).then(() => (hasWalked = true));
    await lookUp();
    assert.equal(hasWalked, false);
    controller.abort();
    await assert.rejects(walk);
  });

  it('does not charge a walk for what it was refused', async () => {
    // At 70 a minute, a window lasts 2.6 s and is full after one lookup. A walk that was refused in
    // it has its turn in the next window; one that was charged all the same would have used up its
    // share, of one lookup's worth every 5.1 s.
    const limiter = createLimiter(70);
    await limiter.admit(3, { ms: 0 }, signal);
    const startedAt = performance.now();
    await limiter.admitWalk(signal);
    const waitedMs = performance.now() - startedAt;
    assert.ok(waitedMs > 2_000 && waitedMs < 4_500, `${waitedMs}`);
  });
});

function assertLimited(
  result: PromiseSettledResult<unknown> | undefined,
  leastMs: number,
  mostMs: number,
): void {
  assert.ok(result?.status === 'rejected' && result.reason instanceof ServiceError);
  assert.equal(result.reason.code, 'CONNECTWISE_RATE_LIMITED');
  const ms = result.reason.retryAfterMs ?? -1;
  assert.ok(ms > leastMs && ms <= mostMs, `${ms}`);
}

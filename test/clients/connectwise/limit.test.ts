// Guarantees that all workers together keep to CONNECTWISE_REQUESTS_PER_MINUTE, that lookups have their turn in
// the order in which they came, and that a walk takes what lookups leave.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { createLimiter, type Limiter } from '../../../src/clients/connectwise/limiter.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { createDatabase, type Database } from '../../../src/repositories/database.ts';
import { createRequestQueue } from '../../../src/repositories/request-queue.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';

const { signal } = new AbortController();

// A timer may fire a millisecond early, and the times here are taken by another clock than the queue's.
const TOLERANCE_MS = 20;

const POOL_SIZE = 5;

describe('the limit on requests to ConnectWise', () => {
  let testDatabase: TestDatabase;
  // Two processes have two pools of connections, as here, and share nothing but the database.
  let workers: readonly [Database, Database];
  let count = 0;

  before(async () => {
    testDatabase = await createTestDatabase();
    const { url } = testDatabase;
    workers = [
      createDatabase({ url, poolSize: POOL_SIZE }),
      createDatabase({ url, poolSize: POOL_SIZE }),
    ];
    // With their connections open, requests reach the queue in the order in which they are made.
    const opened = workers.flatMap(({ prisma }) =>
      Array.from({ length: POOL_SIZE }, () => prisma.$queryRaw`SELECT pg_sleep(0.1)::text`),
    );
    await Promise.all(opened);
  });
  after(async () => {
    for (const worker of workers) await worker.close();
    await testDatabase?.drop();
  });

  /** The limiters of two workers on a queue of their own. */
  function limitersOf(requestsPerMinute: number): readonly [Limiter, Limiter] {
    count += 1;
    const name = `queue-${count}`;
    const [first, second] = workers;
    const limiterOf = (worker: Database) =>
      createLimiter(requestsPerMinute, createRequestQueue(worker, name));
    return [limiterOf(first), limiterOf(second)];
  }

  it('is kept by two workers together, and each of many lookups comes back once, in the order in which they came', async () => {
    // At 600 requests a minute, there is a turn for a lookup every 300 ms.
    const limiters = limitersOf(600);
    const LOOKUPS = 30;
    const admitted: { index: number; at: number; attempts: number }[] = [];
    const startedAt = performance.now();

    const lookUp = async (index: number) => {
      let place: number | null = null;
      for (let attempts = 1; ; attempts += 1) {
        const limiter = limiters[index % 2] ?? limiters[0];
        const refusal = await refusalOf(limiter.admitLookup(place, signal));
        if (refusal === null) {
          admitted.push({ index, at: performance.now() - startedAt, attempts });
          return;
        }
        place = refusal.place;
        // As Temporal does, which never comes early.
        await sleep(refusal.delayMs + 1);
      }
    };
    const lookups: Promise<void>[] = [];
    for (let index = 0; index < LOOKUPS; index += 1) {
      lookups.push(lookUp(index));
      // So that it is known who came first.
      await sleep(10);
    }
    await Promise.all(lookups);

    assert.equal(admitted.length, LOOKUPS);
    for (const [turn, { at }] of admitted.entries()) {
      assert.ok(at > turn * 300 - TOLERANCE_MS, `turn ${turn} came after ${at} ms`);
    }
    for (const { attempts } of admitted) assert.ok(attempts <= 2, `${attempts} attempts`);
    // One that comes back late on a busy machine is overtaken by a few, never by all who came after it.
    for (const [turn, { index }] of admitted.entries()) {
      assert.ok(Math.abs(turn - index) <= 5, `lookup ${index} had turn ${turn}`);
    }
  });

  it('lets a lookup wait in its worker for seconds at most, and says when to come back', async () => {
    // A turn every two seconds.
    const [first, second] = limitersOf(90);
    await first.admitLookup(null, signal);
    const startedAt = performance.now();
    const [waits, third, fourth] = await Promise.all([
      second.admitLookup(null, signal),
      refusalOf(later(50, () => first.admitLookup(null, signal))),
      refusalOf(later(100, () => second.admitLookup(null, signal))),
    ]);
    assert.equal(waits, undefined);
    assert.ok(performance.now() - startedAt > 1_900);
    assertWithin(third?.delayMs, 3_000, 4_000);
    assertWithin(fourth?.delayMs, 5_000, 6_000);
  });

  it('admits a whole lookup even at one request a minute', async () => {
    const [first, second] = limitersOf(1);
    await first.admitLookup(null, signal);
    const refusal = await refusalOf(second.admitLookup(null, signal));
    assertWithin(refusal?.delayMs, 175_000, 180_000);
  });

  it('does not let a newcomer overtake a lookup that comes back', async () => {
    // A turn every six seconds.
    const [first, second] = limitersOf(30);
    await first.admitLookup(null, signal);
    const early = await refusalOf(first.admitLookup(null, signal));
    assert.ok(early !== null);
    await sleep(early.delayMs);
    const newcomer = await refusalOf(second.admitLookup(null, signal));
    assertWithin(newcomer?.delayMs, 5_000, 6_000);
    const startedAt = performance.now();
    await second.admitLookup(early.place, signal);
    assert.ok(performance.now() - startedAt < 1_000);
  });

  it('is kept when many turns came while no worker ran', async () => {
    // A turn every three seconds.
    const [first, second] = limitersOf(60);
    await first.admitLookup(null, signal);
    const anHourAgo = Date.now() - 60 * 60 * 1000;
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        refusalOf((index % 2 === 0 ? first : second).admitLookup(anHourAgo, signal)),
      ),
    );
    const refused = results.filter((result) => result !== null);
    // One more turn comes within the five seconds that a lookup waits.
    assert.equal(refused.length, 9);
    assert.ok(refused.every(({ place }) => place > Date.now() - 10_000));
  });

  it('makes everybody wait for the requests that a lookup needs beyond the usual', async () => {
    // A request every 100 ms.
    const [first, second] = limitersOf(600);
    const startedAt = performance.now();
    await first.admitLookup(null, signal);
    const waited = { ms: 0 };
    for (let more = 0; more < 10; more += 1) await first.admitAnother(waited, signal);
    await second.admitLookup(null, signal);
    assertWithin(performance.now() - startedAt, 1_300 - TOLERANCE_MS, Infinity);
  });

  it('does not stop a lookup half-way, however many requests it needs', async () => {
    const [first] = limitersOf(60);
    await first.admitLookup(null, signal);
    const waited = { ms: 0 };
    const startedAt = performance.now();
    for (let more = 0; more < 9; more += 1) await first.admitAnother(waited, signal);
    assertWithin(performance.now() - startedAt, 4_900, 6_500);
    assert.equal(waited.ms, 5_000);
    const refusal = await refusalOf(first.admitLookup(null, signal));
    // Three of the lookup, nine more of which five seconds have passed.
    assertWithin(refusal?.delayMs, 5_000, 7_000);
  });

  it('gives a walk at most half of the limit', async () => {
    // A walk may send three requests every 600 ms.
    const [limiter] = limitersOf(600);
    const until = performance.now() + 1_900;
    let sent = 0;
    while (performance.now() < until) {
      await limiter.admitWalk(signal);
      sent += 1;
    }
    // Three each at 0, 0.6, 1.2 and 1.8 s; the last may wait beyond the end, until 2.4 s.
    assertWithin(sent, 9, 13);
  });

  it("lets another worker's lookup overtake a walk that has waited longer", async () => {
    // A turn every 2.25 s.
    const [first, second] = limitersOf(80);
    const controller = new AbortController();
    let hasWalked = false;
    await second.admitLookup(null, signal);
    const walk = first.admitWalk(controller.signal).then(() => (hasWalked = true));
    await second.admitLookup(null, signal);
    assert.equal(hasWalked, false);
    controller.abort();
    await assert.rejects(walk);
  });

  it('ends the wait of an attempt that is cancelled', async () => {
    const [limiter] = limitersOf(90);
    await limiter.admitLookup(null, signal);
    const controller = new AbortController();
    const waiting = limiter.admitLookup(null, controller.signal);
    await sleep(200);
    controller.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });
});

/** Where a lookup that was not admitted stands; `null` when it was. */
async function refusalOf(
  admission: Promise<void>,
): Promise<{ place: number; delayMs: number } | null> {
  try {
    await admission;
    return null;
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error));
    assert.equal(error.code, 'CONNECTWISE_QUEUED');
    assert.ok(error.retryable);
    return { place: Number(error.context['place']), delayMs: error.retryAfterMs ?? -1 };
  }
}

async function later<T>(ms: number, work: () => Promise<T>): Promise<T> {
  await sleep(ms);
  return work();
}

function assertWithin(value: number | undefined, least: number, most: number): void {
  assert.ok(value !== undefined && value >= least && value <= most, `${value}`);
}

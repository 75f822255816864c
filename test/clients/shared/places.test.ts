// Guarantees that no more is sent at once than a system takes, and that waiting for it ends well.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { createPlaces, type Places } from '../../../src/clients/shared/places.ts';

const never = new AbortController().signal;
const patient = () => ({ signal: never, patience: { leftMs: 60_000 } });

class Queued extends Error {
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super('queued');
    this.retryAfterMs = retryAfterMs;
  }
}
const placesOf = (atOnce: number | null) => createPlaces(atOnce, (ms) => new Queued(ms));

/** Work that ends when the test says so. */
function heldWork() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}

/** Occupies the only place. */
function occupy(places: Places) {
  const { work, end } = heldWork();
  return { done: places.hold(work, patient()), end };
}

describe('the places of a system', () => {
  it('are never more than there are, are given in order, and are freed by failures too', async () => {
    const places = placesOf(2);
    const order: number[] = [];
    let atOnce = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        places.hold(async () => {
          order.push(index);
          atOnce += 1;
          most = Math.max(most, atOnce);
          await sleep(2);
          atOnce -= 1;
          if (index % 3 === 0) throw new Error('failed');
          return index;
        }, patient()),
      ),
    );
    assert.equal(most, 2);
    assert.deepEqual(
      order,
      results.map((_, index) => index),
    );
    for (const [index, { status }] of results.entries()) {
      assert.equal(status, index % 3 === 0 ? 'rejected' : 'fulfilled');
    }
  });

  it('are without number when no limit is set', async () => {
    const places = placesOf(null);
    const held = Array.from({ length: 200 }, () => occupy(places));
    assert.equal(await places.hold(async () => 'at once', patient()), 'at once');
    for (const { end } of held) end();
  });

  it('are waited for until the signal aborts, with its reason, and nothing is begun then', async () => {
    const places = placesOf(1);
    const { done, end } = occupy(places);
    const controller = new AbortController();
    let hasBegun = false;
    const begin = async () => {
      hasBegun = true;
    };
    const waiting = places.hold(begin, { ...patient(), signal: controller.signal });
    const reason = new Error('cancelled');
    controller.abort(reason);
    await assert.rejects(waiting, reason);
    end();
    await done;
    await places.hold(async () => undefined, patient());
    assert.equal(hasBegun, false);
  });

  it('stay taken until aborted work has really ended', async () => {
    const places = placesOf(1);
    const controller = new AbortController();
    const { work, end } = heldWork();
    const aborted = places.hold(work, { ...patient(), signal: controller.signal });
    controller.abort(new Error('cancelled'));
    let hasBegun = false;
    const next = places.hold(async () => {
      hasBegun = true;
    }, patient());
    await sleep(5);
    assert.equal(hasBegun, false);
    end();
    await Promise.all([aborted, next]);
  });

  it('are waited for as long as the patience of an attempt lasts, over all its waits', async () => {
    const places = placesOf(1);
    const patience = { leftMs: 300 };
    const first = occupy(places);
    setTimeout(first.end, 200);
    await places.hold(async () => undefined, { signal: never, patience });
    assert.ok(patience.leftMs < 150, `${patience.leftMs}`);

    const second = occupy(places);
    const begunAt = performance.now();
    const inVain = places.hold(async () => undefined, { signal: never, patience });
    await assert.rejects(inVain, (error: Queued) => {
      assert.ok(error.retryAfterMs >= 30_000 && error.retryAfterMs <= 90_000);
      return true;
    });
    assert.ok(performance.now() - begunAt < 190);
    second.end();
    await second.done;
    // A free place is taken without patience.
    await places.hold(async () => undefined, { signal: never, patience });
  });

  it('have a line of thirty at most: whoever finds it full is sent away at once', async () => {
    const places = placesOf(1);
    const held = Array.from({ length: 31 }, () => occupy(places));
    await assert.rejects(
      places.hold(async () => undefined, patient()),
      Queued,
    );
    for (const { end } of held) end();
    await Promise.all(held.map(({ done }) => done));
    await places.hold(async () => undefined, patient());
  });
});

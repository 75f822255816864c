import assert from 'node:assert/strict';

import { scale } from '../harness/scale.ts';
import { runSeed } from './run-seed.ts';

// All ten invariants hold after a storm of kills, outages, faults, signals and cancels. A seed that
// fails is run again by `npm run nemesis -- --seeds 1 --from SEED --calls CALLS`.

const { seeds, calls } = scale.storms;

// A storm takes seconds, with a hundred calls a minute; a step that was lost in it comes back after up
// to a minute, more than once if it was lost again.
const TIMEOUT_MS = scale.isFull ? 600_000 : 240_000;

describe('a storm', function () {
  this.timeout(TIMEOUT_MS);

  for (const seed of seeds) {
    it(`leaves all invariants whole (seed ${seed}, ${calls} calls)`, async () => {
      const { violations, deeds } = await runSeed(seed, calls);
      assert.deepEqual(violations, []);
      // A storm in which nobody died would prove nothing.
      for (const kind of ['killWorker', 'killPostgres', 'killTemporal']) {
        assert.ok((deeds[kind] ?? 0) > 0, `${kind} was not done`);
      }
    });
  }
});

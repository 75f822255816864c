import assert from 'node:assert/strict';

import { scale } from '../harness/scale.ts';
import { runSeed } from './run-seed.ts';

// All ten invariants hold after a storm of kills, outages, faults, signals and cancels. To repeat a
// failed seed: `npm run nemesis -- --seeds 1 --from SEED --calls CALLS`.

const { seeds, calls } = scale.storms;

// A storm takes seconds, one of a hundred calls a minute; a step lost in it is retried after up to a
// minute, more than once if it is lost again.
const TIMEOUT_MS = scale.isFull ? 600_000 : 240_000;

describe('a storm', function () {
  this.timeout(TIMEOUT_MS);

  for (const seed of seeds) {
    it(`leaves all invariants intact (seed ${seed}, ${calls} calls)`, async () => {
      const { violations, deeds } = await runSeed(seed, calls);
      assert.deepEqual(violations, []);
      // A storm without kills would prove nothing.
      for (const kind of ['killWorker', 'killPostgres', 'killTemporal']) {
        assert.ok((deeds[kind] ?? 0) > 0, `${kind} did not happen`);
      }
    });
  }
});

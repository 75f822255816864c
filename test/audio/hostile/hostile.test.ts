// Guarantees that files made to hold up, or to fill, what reads recordings end as a fact or a named refusal, without holding up anything else. (test/full/hostile-recordings.test.ts has thousands.)
import assert from 'node:assert/strict';

import { createEar, type Ear } from '../../../src/audio/ear/ear.ts';
import { watchLoop } from '../../support/loop-turns.ts';
import { fuzzed, misstated, truncated } from './files.ts';
import { createRandom } from './random.ts';
import { takeIn } from './take-in.ts';
import { traps } from './traps.ts';

const SEED = 20_261_130;

describe('hostile recordings', () => {
  let ear: Ear;
  before(() => {
    ear = createEar();
  });
  after(() => ear.close());

  for (const [what, make] of [
    ['changed bytes', () => fuzzed(60, createRandom(SEED))],
    ['missing ends', () => truncated(1_500)],
    ['headers that misstate', () => [...misstated()].filter((_, index) => index % 9 === 0)],
    ['traps', () => traps(0.02, createRandom(SEED))],
  ] as const) {
    it(`with ${what} hold up nothing (seed ${SEED})`, async () => {
      const loop = watchLoop();
      for (const file of make()) await takeIn(file, ear);
      const blocked = await loop.stop();
      assert.ok(blocked <= 200, `blocked for ${blocked} ms`);
    });
  }
});

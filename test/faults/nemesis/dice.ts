import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded randomness: the same seed rolls the same numbers. */
export type Dice = {
  /** An integer in the range, both ends included. */
  between(least: number, most: number): number;
  oneOf<T>(things: readonly [T, ...(readonly T[])]): T;
};

export function createDice(seed: number): Dice {
  const generator = xoroshiro128plus(seed);
  const between = (least: number, most: number) => uniformInt(generator, least, most);
  return {
    between,
    oneOf: ([first, ...others]) => others[between(0, others.length) - 1] ?? first,
  };
}

export type Random = {
  /** A whole number from 0, below this. */
  below(limit: number): number;
  pick<T>(values: readonly T[]): T;
};

/** Numbers that follow from a seed, so that a file which breaks something can be made again. */
export function createRandom(seed: number): Random {
  // The generator of Park and Miller; it must not begin at 0.
  let state = (Math.abs(Math.trunc(seed)) % 2_147_483_646) + 1;
  const below = (limit: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  return {
    below,
    pick<T>(values: readonly T[]): T {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('There is nothing to pick from.');
      return value;
    },
  };
}

/** The middle of several measurements, and between which bounds they lie. */
export type Spread = {
  readonly median: number;
  readonly least: number;
  readonly most: number;
};

/** At least one value. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), least: Math.min(...values), most: Math.max(...values) };
}

/** The value below which that share of the values lies; `share` from 0 to 1. At least one value. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error('Nothing was measured.');
  return below + (above - below) * (place - Math.floor(place));
}

/** Round by round, so that whatever slowed a whole round down slowed both sides down. */
export function pairedRatios(above: readonly number[], below: readonly number[]): Spread {
  return spreadOf(above.map((value, round) => value / (below[round] ?? Number.NaN)));
}

/** `0.57 (0.47 to 0.69)` */
export function written({ median, least, most }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

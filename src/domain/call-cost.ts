/** An amount of money in millionths of the currency's unit; whole, so that sums are exact. */
type Micros = bigint;

/** What the outside systems charge. `null`: not configured, so nothing is computed from it. */
export type Prices = {
  /** ISO 4217. */
  readonly currency: string;
  readonly speechPerMinute: Micros | null;
  readonly perMillionInputTokens: Micros | null;
  readonly perMillionOutputTokens: Micros | null;
};

/** What a call has used of the outside systems so far. */
export type Usage = {
  /** As Google bills them: each channel separately. `null` when nobody says how many there are. */
  readonly speechSeconds: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Some of it is what we think was billed, because the system did not tell. */
  readonly estimated: boolean;
};

/** Amounts in the currency's unit, with at most six decimals; `null` where a price, or what was used, is not known. */
export type CallCost = Usage & {
  readonly currency: string;
  readonly speech: number | null;
  readonly analysis: number | null;
  readonly total: number | null;
};

const SECONDS_PER_MINUTE = 60n;
const TOKENS_PER_PRICE = 1_000_000n;
const MICROS_PER_UNIT = 1_000_000;

/**
 * What a call costs at these prices. Each of the two amounts is rounded once, half up, to a
 * millionth; the total is their sum. It is `null` unless both are known.
 */
export function toCallCost(usage: Usage, prices: Prices): CallCost {
  const { speechPerMinute, perMillionInputTokens, perMillionOutputTokens } = prices;
  const speech =
    speechPerMinute === null || usage.speechSeconds === null
      ? null
      : divideHalfUp(BigInt(usage.speechSeconds) * speechPerMinute, SECONDS_PER_MINUTE);
  const analysis =
    perMillionInputTokens === null || perMillionOutputTokens === null
      ? null
      : divideHalfUp(
          BigInt(usage.inputTokens) * perMillionInputTokens +
            BigInt(usage.outputTokens) * perMillionOutputTokens,
          TOKENS_PER_PRICE,
        );
  const total = speech === null || analysis === null ? null : speech + analysis;
  return {
    ...usage,
    currency: prices.currency,
    speech: toUnits(speech),
    analysis: toUnits(analysis),
    total: toUnits(total),
  };
}

/**
 * Reads a price written as a decimal, "0.016". `null` when it is not a price, is negative, or has
 * more than the six decimals that are kept: a price that would be rounded is a mistake.
 */
export function parsePrice(text: string): Micros | null {
  const match = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) return null;
  const [, whole = '0', fraction = ''] = match;
  return BigInt(whole + fraction.padEnd(6, '0'));
}

/** Micro-units in the currency's unit, such as dollars. */
export const toAmount = (micros: Micros): number => Number(micros) / MICROS_PER_UNIT;

/** Both are positive, so adding a half before cutting off rounds half up. */
function divideHalfUp(amount: bigint, by: bigint): bigint {
  return (amount * 2n + by) / (by * 2n);
}

/** Exact to the last of the six decimals, for amounts below nine billion. */
function toUnits(micros: Micros | null): number | null {
  return micros === null ? null : toAmount(micros);
}

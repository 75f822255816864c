/** The least that is believed: what a server with a lower limit takes is no use for calls. */
const LEAST_SECONDS = 5;
const LEAST_BYTES = 100_000;

/** A number and its unit, or one so large that it counts bytes: "(30s)", "1400 seconds", "(26214400)". */
const FIGURE =
  /(?<![\w.])(?<number>\d+(?:\.\d+)?)(?:[\s-]*(?<unit>milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|bytes?|kb|kib|mb|mib|gb|gib)\b)?(?![\w.]*\d)/gi;

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600 };
const BYTES: Readonly<Record<string, number>> = { k: 1_000, m: 1_000_000, g: 1_000_000_000 };

/** What a refusal says that a server takes: its smallest figure, since the other is what was sent. */
export function statedLimits(words: string): { maxSeconds?: number; maxBytes?: number } {
  const seconds: number[] = [];
  const bytes: number[] = [];
  for (const { groups } of words.slice(0, 10_000).matchAll(FIGURE)) {
    const number = Number(groups?.['number']);
    const unit = groups?.['unit']?.toLowerCase() ?? '';
    const asBytes = bytesOf(number, unit);
    if (asBytes !== null) bytes.push(asBytes);
    else if (unit !== '') seconds.push(number * (SECONDS[shortOf(unit)] ?? 1));
  }
  const maxSeconds = leastOf(seconds, LEAST_SECONDS);
  const maxBytes = leastOf(bytes, LEAST_BYTES);
  return {
    ...(maxSeconds === null ? {} : { maxSeconds }),
    ...(maxBytes === null ? {} : { maxBytes }),
  };
}

/** A million of anything without a unit is bytes. Units of 1,024 count as 1,000, which is a little less. */
function bytesOf(number: number, unit: string): number | null {
  if (unit === '') return number >= 1_000_000 ? number : null;
  if (unit.startsWith('byte')) return number;
  return /^[kmg]i?b$/.test(unit) ? number * (BYTES[unit.slice(0, 1)] ?? 1) : null;
}

function shortOf(unit: string): string {
  return unit === 'ms' || unit.startsWith('milli') ? 'ms' : unit.slice(0, 1);
}

function leastOf(figures: readonly number[], least: number): number | null {
  const believed = figures.filter((figure) => figure >= least);
  return believed.length === 0 ? null : Math.min(...believed);
}

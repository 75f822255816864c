/** How much a JSON text of another system may hold. */
export type JsonBounds = {
  /** Arrays and objects inside each other. */
  readonly maxDepth: number;
  /** Elements and fields, all together: each costs memory and time that its few bytes do not show. */
  readonly maxValues: number;
};

/** Deeper than any system nests its replies, and harmless to code that follows the nesting. */
export const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * Tells whether a JSON text exceeds the bounds, in one pass and without memory; of a text that is not
 * JSON, nothing is said.
 */
export function exceedsBounds(json: string, { maxDepth, maxValues }: JsonBounds): boolean {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(json, at);
    } else if (code === COMMA) {
      values += 1;
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      values += 1;
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1;
    }
    if (depth > maxDepth || values > maxValues) return true;
  }
  return false;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  for (; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) break;
  }
  return at;
}

/** The value of a JSON text; `undefined` when it is not JSON, or exceeds the bounds. */
export function parseBounded(json: string, bounds: JsonBounds): unknown {
  if (exceedsBounds(json, bounds)) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

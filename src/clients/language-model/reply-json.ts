import { MAX_DEPTH, parseBounded } from '../shared/json-bounds.ts';
import { withoutThoughts } from '../shared/thoughts.ts';

/** A model may wrap the object in an envelope ({"analysis": {…}}), and that in a string. */
const MAX_WRAPPINGS = 3;

/** An analysis has about two hundred values. Checking it collects a fault for each of a wrong one. */
const BOUNDS = { maxDepth: MAX_DEPTH, maxValues: 2_000 };

/** A model repeats its object now and then, but not so often. */
const MAX_OBJECTS = 20;

/**
 * Finds the one JSON object in a model's reply: bare, in a code fence, with prose around it, after
 * the model's thoughts, as text inside JSON, or in an envelope with one key. Returns `null` without
 * one, and for several different ones: choosing among them would be a guess. An object before one
 * that is unfinished is a draft of it, and in a reply that was cut off (`isCut`) so is every object
 * with something else around it, whatever the marks of the model's thoughts.
 */
export function findJsonObject(
  reply: string,
  { isCut }: { readonly isCut: boolean },
): Record<string, unknown> | null {
  const text = withoutThoughts(reply, (part) => parse(part) !== null);
  const whole = unwrap(parse(text)) ?? unwrap(parse(withoutFence(text)));
  if (whole !== null || isCut) return whole;

  const objects = outermostObjects(text)
    .map((part) => unwrap(parse(part)))
    .filter((object) => object !== null);
  const [first, ...others] = objects;
  const isOne = others.every((other) => JSON.stringify(other) === JSON.stringify(first));
  return first !== undefined && isOne ? first : null;
}

/** The inside of a code fence that is the whole text, even if the fence has no end. */
function withoutFence(text: string): string {
  return text.replace(/^```\w*\s/, '').replace(/\s*```$/, '');
}

function unwrap(value: unknown, wrappings = 0): Record<string, unknown> | null {
  if (wrappings > MAX_WRAPPINGS) return null;
  if (typeof value === 'string') return unwrap(parse(value), wrappings + 1);
  if (Array.isArray(value)) return value.length === 1 ? unwrap(value[0], wrappings + 1) : null;
  if (typeof value !== 'object' || value === null) return null;

  const entries = Object.entries(value);
  const [only] = entries;
  const isEnvelope = entries.length === 1 && typeof only?.[1] === 'object' && only[1] !== null;
  return isEnvelope ? unwrap(only[1], wrappings + 1) : Object.fromEntries(entries);
}

/** The texts of the outermost `{…}`, ignoring braces inside strings; none if the last is unfinished. One pass. */
function outermostObjects(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') {
      // Quotation marks in the prose around the object mean nothing.
      inString = depth > 0;
    } else if (char === '{') {
      if (depth === 0) start = at;
      depth += 1;
    } else if (char === '}' && depth > 0) {
      depth -= 1;
      if (depth === 0) found.push(text.slice(start, at + 1));
    }
  }
  return depth === 0 && found.length <= MAX_OBJECTS ? found : [];
}

/** The value of a JSON text; `null` when it is not JSON, repeats a key or exceeds any analysis. */
function parse(text: string): unknown {
  const value = parseBounded(text, BOUNDS);
  // The parser keeps the last of two values of one key, which would be a guess as well.
  return value !== undefined && countColons(text) === countKeys(value) ? value : null;
}

/** Every key of a JSON text, even a repeated one, is followed by a colon outside strings. */
function countColons(json: string): number {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, child) => sum + countKeys(child), own);
}

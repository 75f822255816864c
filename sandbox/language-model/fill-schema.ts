import type { CallFacts } from './call-facts.ts';
import { isSchema, resolveReference, type JsonSchema } from './json-schema.ts';
import type { PromiseMade } from './promise-made.ts';

/** The facts of a call, with those of a promise if the current item is one. */
type ItemFacts = CallFacts & Pick<PromiseMade, 'owner' | 'due'>;

type Walk = { readonly facts: ItemFacts; readonly root: JsonSchema };

/** A recursive schema is filled to this depth, and below that with as little as it allows. */
const MAX_DEPTH = 12;
/** Enough for a screen; `maxItems` may ask for fewer, `minItems` for more. */
const DEFAULT_ITEMS = 3;

/**
 * Builds a value that matches the schema (of the subset that structured output allows) from the facts of a call. Enums
 * get one of their own values, chosen by the call's labels; every property is filled in.
 */
export function fillSchema(root: JsonSchema, facts: CallFacts): unknown {
  return fill(root, '', 0, { facts: { ...facts, owner: null, due: null }, root });
}

function fill(given: JsonSchema, name: string, depth: number, walk: Walk): unknown {
  const schema = resolveReference(given, walk.root);
  if ('const' in schema) {
    return schema['const'];
  }
  if (Array.isArray(schema['enum'])) {
    return chooseFromEnum(schema['enum'], name, walk.facts);
  }
  const variants = [schema['anyOf'], schema['oneOf']].find((list) => Array.isArray(list));
  if (variants !== undefined) {
    return fillVariant(variants.filter(isSchema), name, depth, walk);
  }
  const types = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  if (types.includes('null') && isUnknown(name, walk.facts)) {
    return null;
  }
  switch (types.find((type) => type !== 'null')) {
    case 'object':
      return fillObject(schema, depth, walk);
    case 'array':
      return fillArray(schema, name, depth, walk);
    case 'boolean':
      return toBoolean(name, walk.facts);
    case 'integer':
    case 'number':
      return toNumber(schema);
    case undefined:
      return types.includes('null') ? null : toText(name, schema, walk.facts);
    default:
      return toText(name, schema, walk.facts);
  }
}

/** A nullable value is null if the call does not give it, or if the schema is too deep. */
function fillVariant(
  variants: readonly JsonSchema[],
  name: string,
  depth: number,
  walk: Walk,
): unknown {
  const canBeNull = variants.some(({ type }) => type === 'null');
  const variant = variants.find(({ type }) => type !== 'null');
  const isNull = canBeNull && (depth >= MAX_DEPTH || isUnknown(name, walk.facts));
  return isNull || variant === undefined ? null : fill(variant, name, depth + 1, walk);
}

function fillObject(schema: JsonSchema, depth: number, walk: Walk): Record<string, unknown> {
  const properties = isSchema(schema['properties']) ? Object.entries(schema['properties']) : [];
  return Object.fromEntries(
    properties.flatMap(([name, child]) =>
      isSchema(child) ? [[name, fill(child, name, depth + 1, walk)]] : [],
    ),
  );
}

function fillArray(schema: JsonSchema, name: string, depth: number, walk: Walk): unknown[] {
  const { items } = schema;
  const min = numberOr(schema['minItems'], 0);
  const max = numberOr(schema['maxItems'], DEFAULT_ITEMS);
  const available = itemsFor(name, walk.facts);
  const wanted =
    depth >= MAX_DEPTH ? min : Math.max(min, Math.min(available.length, max, DEFAULT_ITEMS));
  return isSchema(items)
    ? Array.from({ length: wanted }, (_, index) => {
        const { text, owner, due } = available[index] ?? withoutPromise(walk.facts.summary);
        // Each element is about a different sentence.
        const facts = { ...walk.facts, summary: text, reason: text, owner, due };
        return fill(items, name, depth + 1, { ...walk, facts });
      })
    : [];
}

function itemsFor(name: string, facts: CallFacts): readonly PromiseMade[] {
  if (/action|promise|commit|task|follow/i.test(name)) return facts.promises;
  return (/quote/i.test(name) ? facts.quotes : facts.sentences).map(withoutPromise);
}

function withoutPromise(text: string): PromiseMade {
  return { text, owner: null, due: null };
}

/** If the transcript does not say who spoke, a promise is most likely the agent's. */
const OWNER_LABELS = {
  msp: ['agent', 'msp', 'unknown'],
  client: ['client', 'customer', 'caller', 'unknown'],
} as const;

function chooseFromEnum(values: readonly unknown[], name: string, facts: ItemFacts): unknown {
  for (const label of /owner/i.test(name) ? OWNER_LABELS[facts.owner ?? 'msp'] : facts.labels) {
    const found = values.find(
      (value) => typeof value === 'string' && value.toLowerCase().includes(label),
    );
    if (found !== undefined) {
      return found;
    }
  }
  return values[0];
}

/** Whether a property asks for something that was not said. */
function isUnknown(name: string, facts: ItemFacts): boolean {
  if (/phone|number/i.test(name)) {
    return facts.phoneNumber === null;
  }
  if (/client|company/i.test(name)) {
    return facts.clientName === null;
  }
  if (/caller|name/i.test(name)) {
    return facts.callerName === null;
  }
  return /due|date|time|deadline/i.test(name) && facts.due === null;
}

function toText(name: string, schema: JsonSchema, facts: ItemFacts): string {
  const text = chooseText(name, facts);
  const max = numberOr(schema['maxLength'], text.length);
  // The schema's length counts code points, and a cut must not split one.
  return Array.from(text).slice(0, max).join('').padEnd(numberOr(schema['minLength'], 0), '.');
}

function chooseText(name: string, facts: ItemFacts): string {
  if (name === 'checkNumbers') {
    return facts.checkNumbers;
  }
  if (/phone|number/i.test(name)) {
    return facts.phoneNumber ?? 'unknown';
  }
  if (/client|company/i.test(name)) {
    return facts.clientName ?? 'unknown';
  }
  if (/caller|name/i.test(name)) {
    return facts.callerName ?? 'unknown';
  }
  if (/due|date|time|deadline/i.test(name)) {
    return facts.due ?? 'unknown';
  }
  if (/sentiment|category|priority|urgency|topic/i.test(name)) {
    return facts.labels[0] ?? 'unknown';
  }
  if (/owner/i.test(name)) {
    return 'agent';
  }
  return /reason|issue|problem|quote/i.test(name) ? facts.reason : facts.summary;
}

function toBoolean(name: string, { resolved }: CallFacts): boolean {
  return /resolved|solved|fixed|done/i.test(name) ? resolved : !resolved;
}

function toNumber(schema: JsonSchema): number {
  const min = numberOr(schema['minimum'], 0);
  const max = numberOr(schema['maximum'], Number.POSITIVE_INFINITY);
  const value = Math.min(Math.max(1, min), max);
  return schema['type'] === 'integer' ? Math.ceil(value) : value;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

import { invalidRequest } from './openai-error.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Whether a value can be read as a schema. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Follows a `$ref` within the document, such as `#` or `#/$defs/Name`. @throws OpenAiError for any other. */
export function resolveReference(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') {
    return schema;
  }
  const target = reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .reduce<unknown>((value, part) => (isSchema(value) ? value[part] : undefined), root);
  if (!reference.startsWith('#') || !isSchema(target)) {
    throw invalidRequest(
      `Invalid schema: the reference ${reference} leads nowhere.`,
      'response_format',
    );
  }
  return target;
}

/**
 * Refuses what OpenAI refuses in strict mode: an object must require all its properties and forbid all others. This
 * detects a schema that only lenient servers accept before it is sent to a strict one.
 */
export function checkStrict(schema: JsonSchema, name: string, path: readonly string[] = []): void {
  const properties = schema['properties'];
  if (schema['type'] === 'object' || isSchema(properties)) {
    const where = `In context=(${path.map((part) => `'${part}'`).join(', ')})`;
    if (schema['additionalProperties'] !== false) {
      throw refuse(
        name,
        `${where}, 'additionalProperties' is required to be supplied and to be false.`,
      );
    }
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    const missing = Object.keys(isSchema(properties) ? properties : {}).find(
      (property) => !required.includes(property),
    );
    if (missing !== undefined) {
      throw refuse(
        name,
        `${where}, 'required' is required to be supplied and to be an array including every key in properties. ` +
          `Missing '${missing}'.`,
      );
    }
  }
  for (const [key, child] of subschemasOf(schema)) {
    checkStrict(child, name, [...path, key]);
  }
}

function subschemasOf(schema: JsonSchema): [string, JsonSchema][] {
  const maps = [schema['properties'], schema['$defs'], schema['definitions']];
  const lists = [schema['anyOf'], schema['oneOf'], schema['allOf']];
  const named = maps.filter(isSchema).flatMap((map) => Object.entries(map));
  const listed = lists
    .filter((list) => Array.isArray(list))
    .flatMap((list) => list.map((child, index): [string, unknown] => [String(index), child]));
  return [...named, ...listed, ['items', schema['items']] as [string, unknown]].filter(
    (entry): entry is [string, JsonSchema] => isSchema(entry[1]),
  );
}

function refuse(name: string, reason: string): Error {
  return invalidRequest(
    `Invalid schema for response_format '${name}': ${reason}`,
    'response_format',
  );
}

/**
 * Finds the first JSON Schema of an object in a text, where prompts have one for servers without structured output; null
 * if there is none.
 */
export function findSchemaIn(text: string): JsonSchema | null {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    const candidate = parseBalanced(text, start);
    if (
      isSchema(candidate) &&
      candidate['type'] === 'object' &&
      isSchema(candidate['properties'])
    ) {
      return candidate;
    }
  }
  return null;
}

function parseBalanced(text: string, start: number): unknown {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      index += character === '\\' ? 1 : 0;
      inString = character !== '"';
    } else if (character === '"') {
      inString = true;
    } else if (character === '{' || character === '}') {
      depth += character === '{' ? 1 : -1;
      if (depth === 0) {
        return parseOrNull(text.slice(start, index + 1));
      }
    }
  }
  return null;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

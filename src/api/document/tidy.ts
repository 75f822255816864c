type Json = Record<string, unknown>;

/**
 * Changes in a document what its makers cannot know: a body that may be null may be left out, which
 * OpenAPI says beside the schema; HEAD goes without saying; and named schemas that nothing refers to are
 * left out, since each is made twice, for requests and for answers.
 */
export function tidy<T extends { readonly paths?: unknown; readonly components?: unknown }>(
  document: T,
): T {
  for (const path of valuesOf(document.paths)) {
    delete path['head'];
    valuesOf(path).forEach(makeBodyOptional);
  }
  const schemas = isObject(document.components) ? document.components['schemas'] : undefined;
  if (isObject(schemas)) removeUnused(schemas, document);
  return document;
}

function makeBodyOptional(operation: Json): void {
  const body = operation['requestBody'];
  if (!isObject(body)) return;
  for (const media of valuesOf(body['content'])) {
    const { schema } = media;
    if (!isObject(schema) || !Array.isArray(schema['anyOf'])) continue;
    const left = schema['anyOf'].filter((each) => !isObject(each) || each['type'] !== 'null');
    if (left.length === schema['anyOf'].length) continue;
    body['required'] = false;
    media['schema'] = left.length === 1 ? left[0] : { anyOf: left };
  }
}

/** What only an unused schema refers to is unused too. */
function removeUnused(schemas: Json, document: object): void {
  const text = JSON.stringify(document);
  const unused = Object.keys(schemas).filter(
    (name) => !text.includes(`"#/components/schemas/${name}"`),
  );
  if (unused.length === 0) return;
  for (const name of unused) delete schemas[name];
  removeUnused(schemas, document);
}

function valuesOf(value: unknown): Json[] {
  return isObject(value) ? Object.values(value).filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

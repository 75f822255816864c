/** What a field is. `absent`: its object was there without it. */
export const TYPES = ['string', 'number', 'boolean', 'null', 'object', 'array', 'absent'] as const;
export type FieldType = (typeof TYPES)[number];

/**
 * The form of replies without any value of them: for each field, by its path, what it is.
 * `[].id` is the field `id` of each element of a list; '' is the reply itself, and `*` any key of a map.
 */
export type Shape = Readonly<Record<string, readonly FieldType[]>>;

/** Names of fields. Any other key may be a value, as those of a map are, and is not shown. */
const FIELD_NAME = /^[\w$@-]{1,64}$/;

/** Deeper than any reply that is read; what lies below is left out. */
const MAX_DEPTH = 16;

/** Creates what the form of one reply, or of several of one kind, is collected in. */
export function createShapeCollector(maps: readonly string[] = []) {
  const fields = new Map<string, { readonly types: Set<FieldType>; count: number }>();
  const objects = new Map<string, number>();

  function add(value: unknown, path = '', depth = 0): void {
    const type = typeOf(value);
    const field = fields.get(path) ?? { types: new Set(), count: 0 };
    field.types.add(type);
    field.count += 1;
    fields.set(path, field);
    if (depth === MAX_DEPTH || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) add(item, `${path}[]`, depth + 1);
      return;
    }
    objects.set(path, (objects.get(path) ?? 0) + 1);
    for (const [key, inner] of Object.entries(value)) {
      const isField = !maps.includes(path) && FIELD_NAME.test(key);
      add(inner, below(path, isField ? key : '*'), depth + 1);
    }
  }

  return {
    add: (reply: unknown): void => add(reply),
    shape(): Shape {
      const sorted = [...fields].toSorted(([one], [other]) => (one < other ? -1 : 1));
      return Object.fromEntries(
        sorted.map(([path, { types, count }]) => {
          const parent = parentOf(path);
          const isMissing =
            parent !== null && !/(?:\[\]|\*)$/.test(path) && count < (objects.get(parent) ?? 0);
          const all: FieldType[] = isMissing ? [...types, 'absent'] : [...types];
          return [path, all.toSorted()];
        }),
      );
    },
  };
}

/** The path of what holds a field; `null` for the reply itself. */
export function parentOf(path: string): string | null {
  if (path === '') return null;
  if (path.endsWith('[]')) return path.slice(0, -2);
  const dot = path.lastIndexOf('.');
  return dot === -1 ? '' : path.slice(0, dot);
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function typeOf(value: unknown): FieldType {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  return TYPES.find((type) => type === typeof value) ?? 'string';
}

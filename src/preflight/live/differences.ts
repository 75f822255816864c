import { parentOf, type FieldType, type Shape } from './shape.ts';

/** One field in which a reply is not what we believe of the system. */
export type Difference = {
  readonly system: string;
  readonly operation: string;
  /** '' is the reply itself. */
  readonly path: string;
  readonly kind: 'gained' | 'lost' | 'other type';
  readonly expected: readonly FieldType[];
  readonly found: readonly FieldType[];
  /** Whether the service reads the field, or something inside it. */
  readonly isRead: boolean;
};

type Place = Pick<Difference, 'system' | 'operation'>;

/**
 * How a reply differs from the expected form. Of a field that is lost, gained or of another type,
 * what lies inside it is not told as well; of a list that is empty, nothing is known.
 */
export function compareShapes(
  place: Place,
  { expected, found }: { readonly expected: Shape; readonly found: Shape },
  reads: readonly string[],
): Difference[] {
  const told = new Set<string>();
  const differences: Difference[] = [];
  const paths = [...new Set([...Object.keys(expected), ...Object.keys(found)])].toSorted();
  for (const path of paths.toSorted((one, other) => depthOf(one) - depthOf(other))) {
    const parent = parentOf(path);
    if (parent !== null && told.has(parent)) {
      told.add(path);
      continue;
    }
    const kind = kindOf(path, expected, found);
    if (kind === null) continue;
    told.add(path);
    differences.push({
      ...place,
      path,
      kind,
      expected: expected[path] ?? [],
      found: found[path] ?? [],
      isRead: reads.some((read) => isAtOrInside(path, read)),
    });
  }
  return differences;
}

/** Whether a path is that of a field, or of something inside it. */
function isAtOrInside(field: string, path: string): boolean {
  return field === '' || path === field || ['.', '['].some((next) => path.startsWith(field + next));
}

function kindOf(path: string, expected: Shape, found: Shape): Difference['kind'] | null {
  const [known, seen] = [expected[path], found[path]];
  if (seen === undefined) return isLost(path, known ?? [], found) ? 'lost' : null;
  if (known === undefined) return isNews(path, expected) ? 'gained' : null;
  const others = seen.filter((type) => !known.includes(type));
  if (others.length === 0) return null;
  return others.every((type) => type === 'absent') ? 'lost' : 'other type';
}

/** A field that is always there is lost where its object has come without it. */
function isLost(path: string, known: readonly FieldType[], found: Shape): boolean {
  const parent = parentOf(path);
  if (parent === null || /(?:\[\]|\*)$/.test(path) || known.includes('absent')) return false;
  return found[parent]?.includes('object') === true;
}

/** What a list holds is not known as long as the expected one was empty. */
function isNews(path: string, expected: Shape): boolean {
  const parent = parentOf(path);
  return parent === null || expected[parent] !== undefined;
}

function depthOf(path: string): number {
  return path.split(/\.|(?=\[\])/).length;
}

/** A difference in one line. */
export function sentenceOf(difference: Difference): string {
  const { path, kind, expected, found, isRead } = difference;
  const field = path === '' ? 'the reply' : path;
  const what = {
    gained: `${field} is new to us (${listOf(found)})`,
    lost: `${field} is missing${found.length === 0 ? '' : ' in some places'} (we know it as ${listOf(expected)})`,
    'other type': `${field} is ${listOf(found)}, and we know it as ${listOf(expected)}`,
  }[kind];
  return `${what}. ${isRead ? 'The service reads it.' : 'The service does not read it.'}`;
}

function listOf(types: readonly FieldType[]): string {
  return types.map((type) => (type === 'absent' ? 'not there' : type)).join(' or ');
}

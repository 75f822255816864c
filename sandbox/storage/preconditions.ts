import type { StoredObject } from '../core/context.ts';
import { StorageError } from './storage-error.ts';

/** The conditions that a request may set on the current object; generation 0 means that it does not exist. */
const CONDITIONS = [
  { name: 'ifGenerationMatch', field: 'generation', wanted: true },
  { name: 'ifGenerationNotMatch', field: 'generation', wanted: false },
  { name: 'ifMetagenerationMatch', field: 'metageneration', wanted: true },
  { name: 'ifMetagenerationNotMatch', field: 'metageneration', wanted: false },
] as const;

/** The conditions that a request sets, by name. */
export type Preconditions = Readonly<Record<string, string>>;

/** Reads the conditions from a request's query. @throws StorageError 400 if one is not a number. */
export function readPreconditions(query: URLSearchParams): Preconditions {
  const found: Record<string, string> = {};
  for (const { name } of CONDITIONS) {
    const value = query.get(name);
    if (value !== null && !/^\d+$/.test(value)) {
      throw new StorageError(400, 'invalid', `Invalid value for ${name}: it is not a number.`);
    }
    if (value !== null) {
      found[name] = value;
    }
  }
  return found;
}

/**
 * Checks conditions against the current object.
 *
 * @throws StorageError 412, or 304 if a reader wanted the object only if it has changed.
 */
export function checkPreconditions(
  conditions: Preconditions,
  object: StoredObject | null,
  isRead = false,
): void {
  for (const { name, field, wanted } of CONDITIONS) {
    const value = conditions[name];
    if (value === undefined) {
      continue;
    }
    // Only an existing object has a metageneration.
    const isMet =
      field === 'metageneration' && object === null
        ? false
        : ((object?.[field] ?? '0') === value) === wanted;
    if (!isMet) {
      throw new StorageError(
        isRead && !wanted ? 304 : 412,
        'conditionNotMet',
        'At least one of the pre-conditions you specified did not hold.',
      );
    }
  }
}

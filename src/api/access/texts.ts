import { ServiceError } from '../../domain/service-error.ts';
import { hasControlCharacters } from '../../domain/storable-text.ts';

/**
 * Throws INVALID_INPUT when a text anywhere in a value, names of fields included, has characters that
 * nobody means to send and that the database refuses. `name` is what the value is called, such as
 * `body`.
 */
export function refuseControlCharacters(name: string, value: unknown): void {
  // A list and not a recursion: a body can be nested deeper than the stack is.
  const pending: { readonly path: string; readonly part: unknown }[] = [
    { path: name, part: value },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, part } = next;
    if (typeof part === 'string' && hasControlCharacters(part)) throw refusal(path);
    // What is still bytes is looked at once it is text.
    if (typeof part !== 'object' || part === null || Buffer.isBuffer(part)) continue;
    for (const [field, inner] of Object.entries(part)) {
      if (hasControlCharacters(field)) throw refusal(`The name of a field in ${path}`);
      pending.push({ path: `${path}.${field}`, part: inner });
    }
  }
}

// Enough to find the place; fields can have names as long as the body.
const PATH_MAX_LENGTH = 200;

function refusal(what: string): ServiceError {
  return new ServiceError(
    'INVALID_INPUT',
    `${what.slice(0, PATH_MAX_LENGTH)} must not contain control characters or halves of characters.`,
  );
}

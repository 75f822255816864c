import { z } from 'zod';

/** An object that takes these parameters alone, and says which when it meets another. */
export function closed<T extends z.ZodRawShape>(shape: T) {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys'
        ? `has ${(Array.isArray(keys) ? keys : []).join(', ')}, but takes ${names === '' ? 'nothing' : `only ${names}`}`
        : undefined,
  });
}

/** What a route takes that has no parameters. */
export const noQuery = closed({});

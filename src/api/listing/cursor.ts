import { createHash } from 'node:crypto';

import { z } from 'zod';

import type { CallFilter, ListPlace } from '../../domain/call-filter.ts';
import { ServiceError } from '../../domain/service-error.ts';

// A cursor is the place of the last call of a page and a digest of the filter. It is no secret: another
// place in the same list is all that somebody gets who makes one up.
const content = z.tuple([
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    .refine(isTime),
  z.uuid(),
  z.string(),
]);

/** Where a list goes on, for the client to send back. It holds for this filter only. */
export function toCursor({ at, id }: ListPlace, filter: CallFilter): string {
  return Buffer.from(JSON.stringify([at, id, digestOf(filter)])).toString('base64url');
}

/** The place in a cursor. Throws INVALID_INPUT when it is none of ours, or of another filter. */
export function readCursor(cursor: string, filter: CallFilter): ListPlace {
  const read = content.safeParse(parse(Buffer.from(cursor, 'base64url').toString()));
  if (!read.success) {
    throw new ServiceError('INVALID_INPUT', 'The cursor must be the nextCursor of an answer.');
  }
  const [at, id, digest] = read.data;
  if (digest !== digestOf(filter)) {
    throw new ServiceError(
      'INVALID_INPUT',
      'The cursor belongs to a list with another filter: send the same parameters again, or leave the cursor out.',
    );
  }
  return { at, id };
}

function isTime(text: string): boolean {
  const time = new Date(text);
  // JavaScript reads February 30 as March 2; PostgreSQL refuses it, and the year 0.
  return (
    !Number.isNaN(time.getTime()) &&
    time.toISOString().slice(0, 19) === text.slice(0, 19) &&
    time.getUTCFullYear() > 0
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Enough to tell filters apart that one client uses. */
const DIGEST_LENGTH = 16;

function digestOf(filter: CallFilter): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const ordered = given.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(ordered)).digest('hex').slice(0, DIGEST_LENGTH);
}

import { ServiceError } from '../../domain/service-error.ts';

/** Bytes of a recording, from the first to the last, both included. */
export type ByteRange = { readonly first: number; readonly last: number };

/**
 * The part that a `Range` header asks for; `null` for all of it, which is also what RFC 9110 lets a
 * server send for several ranges at once, and for a header that it does not understand.
 *
 * @throws ServiceError RANGE_NOT_SATISFIABLE when there is no such byte.
 */
export function readRange(header: string | undefined, size: number): ByteRange | null {
  const [, from, to] = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || from + to === '') return null;
  if (from === '') {
    const length = Math.min(Number(to), size);
    return satisfiable({ first: size - length, last: size - 1 }, size);
  }
  const last = to === '' ? size - 1 : Number(to);
  // The grammar does not allow it, so it is no range.
  if (last < Number(from) && to !== '') return null;
  return satisfiable({ first: Number(from), last: Math.min(last, size - 1) }, size);
}

function satisfiable(range: ByteRange, size: number): ByteRange {
  if (range.first < size) return range;
  throw new ServiceError(
    'RANGE_NOT_SATISFIABLE',
    `The range begins behind the end of the recording, which has ${size} bytes.`,
  );
}

import type { IncomingMessage } from 'node:http';
import type { StoredObject } from '../core/context.ts';
import { commit, declaredIn } from './insert.ts';
import type { ObjectStore } from './object-store.ts';
import { StorageError } from './storage-error.ts';
import { CHUNK_UNIT_BYTES } from './upload-sessions.ts';
import type { UploadSession, UploadSessions } from './upload-sessions.ts';

/** The state of a resumable upload after a request: complete, or this much has been received. */
export type UploadProgress = { readonly stored: StoredObject } | { readonly receivedBytes: number };

/** The Content-Range of a PUT to a session. */
type ContentRange = {
  /** Null: the request only asks for the state. */
  readonly start: number | null;
  /** Inclusive; null: the body extends to the end of the object. */
  readonly end: number | null;
  /** The object's size; null if the client does not know it yet. */
  readonly total: number | null;
};

/**
 * Handles one PUT to a session. A resumable upload is a sequence of them:
 *
 *     bytes A-B/*      a chunk, more will follow → 308 with the bytes received so far
 *     bytes A-B/T      a chunk, the last if B = T-1
 *     bytes A-* /T|*   the rest in one body      → the object
 *     bytes * /T|*     asks for the state        → 308, or the object
 *
 * (without the spaces). If the connection breaks, whole units of 256 KiB are kept; the client asks for
 * the state and continues after them.
 *
 * @throws StorageError if the request does not fit the session, or if the object must not be stored.
 */
export async function takeUpload(
  request: IncomingMessage,
  body: AsyncIterable<Uint8Array>,
  session: UploadSession,
  { store, sessions }: { store: ObjectStore; sessions: UploadSessions },
): Promise<UploadProgress> {
  const range = parseContentRange(request.headers['content-range']);
  if (range.start !== null) {
    const before = sessions.receivedBytes(session.id);
    if (range.start > before) {
      throw new StorageError(
        400,
        'invalid',
        `Invalid request.  According to the Content-Range header, the upload offset is ` +
          `${range.start} byte(s), which exceeds already uploaded size of ${before} byte(s).`,
      );
    }
    await sessions.append(session.id, range.start, body);
  }
  const receivedBytes = sessions.receivedBytes(session.id);
  if (!isComplete(range, receivedBytes)) {
    return { receivedBytes };
  }
  const declared = declaredIn(
    {
      crc32c: session.declared.crc32c ?? undefined,
      md5Hash: session.declared.md5Hash ?? undefined,
    },
    request,
  );
  try {
    // An upload without any bytes has no file yet.
    await sessions.append(session.id, receivedBytes, noBytes());
    const path = sessions.pathOf(session.id);
    const stored = await commit(store, path, session.object, session.preconditions, declared);
    sessions.finish(session.id, stored);
    return { stored };
  } catch (error) {
    sessions.giveUp(session.id);
    throw error;
  }
}

/** @throws StorageError 400 if a chunk has a size that GCS does not accept. */
function isComplete({ start, end, total }: ContentRange, receivedBytes: number): boolean {
  if (total !== null && receivedBytes > total) {
    throw new StorageError(400, 'invalid', `Invalid request.  More than ${total} bytes were sent.`);
  }
  const isRest = start !== null && end === null && total === null;
  if (isRest || receivedBytes === total) {
    return true;
  }
  if (start !== null && end !== null && receivedBytes % CHUNK_UNIT_BYTES !== 0) {
    throw new StorageError(
      400,
      'invalid',
      'Invalid request.  The number of bytes uploaded is required to be equal or greater than ' +
        '262144, except for the final request (it is recommended to be the exact multiple of 262144).',
    );
  }
  return false;
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) {
    return { start: 0, end: null, total: null };
  }
  const match = /^bytes (?:\*|(\d+)-(\d+|\*))\/(\d+|\*)$/.exec(header);
  if (match === null) {
    throw new StorageError(400, 'invalid', `Failed to parse Content-Range header: ${header}`);
  }
  const [, start, end, total] = match;
  return { start: toNumber(start), end: toNumber(end), total: toNumber(total) };
}

function toNumber(text: string | undefined): number | null {
  return text === undefined || text === '*' ? null : Number(text);
}

import type { IncomingMessage } from 'node:http';
import type { ObjectStorage, StoredObject } from '../core/context.ts';
import type { HttpReply } from '../core/http-faults.ts';
import { noSuchObject } from './storage-error.ts';

/** An object's bytes, all of them or the requested range. @throws StorageError 404. */
export function mediaReply(
  request: IncomingMessage,
  object: StoredObject,
  storage: ObjectStorage,
): HttpReply {
  const range = rangeOf(request.headers.range, object.size);
  const headers = {
    'content-type': object.contentType,
    'x-goog-generation': object.generation,
    'x-goog-metageneration': object.metageneration,
    'x-goog-hash': `crc32c=${object.crc32c},md5=${object.md5Hash}`,
    'x-goog-stored-content-encoding': 'identity',
    'x-goog-stored-content-length': String(object.size),
    'accept-ranges': 'bytes',
  };
  if (range === 'unsatisfiable') {
    return {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${object.size}` },
      body: 'The requested range cannot be satisfied.',
    };
  }
  const body = storage.open(object.bucket, object.name, range ?? undefined);
  if (body === null) {
    throw noSuchObject(object.bucket, object.name);
  }
  if (range === null) {
    return { status: 200, headers, body, contentLength: object.size };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${range.start}-${range.end}/${object.size}` },
    body,
    contentLength: range.end - range.start + 1,
  };
}

/** A single HTTP byte range; null if there is none, or if it has a form that a server may ignore. */
function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) {
    return null;
  }
  const isSuffix = match[1] === '';
  const start = isSuffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const last = isSuffix || match[2] === '' ? size - 1 : Number(match[2]);
  const end = Math.min(last, size - 1);
  return start > end ? 'unsatisfiable' : { start, end };
}

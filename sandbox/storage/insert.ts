import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import type { StoredObject } from '../core/context.ts';
import type { Checksums } from './checksums.ts';
import { readMultipart } from './multipart.ts';
import type { NewObject, ObjectStore } from './object-store.ts';
import { checkPreconditions, readPreconditions } from './preconditions.ts';
import type { Preconditions } from './preconditions.ts';
import { StorageError } from './storage-error.ts';
import type { UploadSession, UploadSessions } from './upload-sessions.ts';

/** The metadata that a client may give for an upload; other fields of the resource are ignored. */
const InsertMetadataSchema = z.object({
  name: z.string().min(1).optional(),
  contentType: z.string().optional(),
  crc32c: z.string().optional(),
  md5Hash: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
type InsertMetadata = z.infer<typeof InsertMetadataSchema>;

export type Declared = UploadSession['declared'];

/** Begins a resumable upload. @throws StorageError 412 if a precondition already fails. */
export async function beginResumable(
  request: IncomingMessage,
  where: { bucket: string; query: URLSearchParams },
  { store, sessions }: { store: ObjectStore; sessions: UploadSessions },
): Promise<UploadSession> {
  const metadata = parseMetadata(await text(request));
  const header = request.headers['x-upload-content-type'];
  const object = toNewObject(where, metadata, typeof header === 'string' ? header : undefined);
  const preconditions = readPreconditions(where.query);
  checkPreconditions(preconditions, store.find(object.bucket, object.name));
  return sessions.begin({ object, preconditions, declared: declaredIn(metadata, request) });
}

/** Stores an object from a single request, with its metadata (multipart) or without (media). */
export async function insertAtOnce(
  request: IncomingMessage,
  where: { bucket: string; query: URLSearchParams },
  store: ObjectStore,
): Promise<StoredObject> {
  const preconditions = readPreconditions(where.query);
  const contentType = request.headers['content-type'] ?? 'application/octet-stream';
  const received = await store.receive(request);
  if (where.query.get('uploadType') === 'media') {
    const object = toNewObject(where, {}, contentType);
    return commit(store, received, object, preconditions, declaredIn({}, request));
  }
  try {
    const parts = await readMultipart(received, contentType);
    const metadata = parseMetadata(parts.metadata);
    const object = toNewObject(where, metadata, parts.mediaType);
    const path = await store.receive(parts.media);
    return await commit(store, path, object, preconditions, declaredIn(metadata, request));
  } finally {
    await rm(received, { force: true });
  }
}

/** Turns a received file into an object if its checksums match and the preconditions hold at that moment. */
export function commit(
  store: ObjectStore,
  path: string,
  object: NewObject,
  preconditions: Preconditions,
  declared: Declared,
): Promise<StoredObject> {
  return store.commit(path, object, (sums) => {
    checkDeclared(declared, sums);
    checkPreconditions(preconditions, store.find(object.bucket, object.name));
  });
}

/** The checksums in the metadata, or in the header X-Goog-Hash (`crc32c=…,md5=…`). */
export function declaredIn(
  metadata: Pick<InsertMetadata, 'crc32c' | 'md5Hash'>,
  request: IncomingMessage,
): Declared {
  const header = String(request.headers['x-goog-hash'] ?? '');
  return {
    crc32c: metadata.crc32c ?? /(?:^|,)\s*crc32c=([^,\s]+)/.exec(header)?.[1] ?? null,
    md5Hash: metadata.md5Hash ?? /(?:^|,)\s*md5=([^,\s]+)/.exec(header)?.[1] ?? null,
  };
}

function checkDeclared(declared: Declared, sums: Checksums): void {
  for (const { field, label } of [
    { field: 'crc32c', label: 'CRC32C' },
    { field: 'md5Hash', label: 'MD5 hash' },
  ] as const) {
    const expected = declared[field];
    if (expected !== null && expected !== sums[field]) {
      const message = `Provided ${label} "${expected}" doesn't match calculated ${label} "${sums[field]}".`;
      throw new StorageError(400, 'invalid', message);
    }
  }
}

/** Parses the JSON of an object resource; an empty text counts as an empty resource. */
function parseMetadata(json: string): InsertMetadata {
  try {
    return InsertMetadataSchema.parse(json.trim() === '' ? {} : JSON.parse(json));
  } catch {
    throw new StorageError(400, 'parseError', 'Parse Error: the object resource is malformed.');
  }
}

function toNewObject(
  { bucket, query }: { bucket: string; query: URLSearchParams },
  metadata: InsertMetadata,
  contentType: string | undefined,
): NewObject {
  const name = query.get('name') ?? metadata.name;
  if (name === undefined || name === '') {
    throw new StorageError(400, 'required', 'Required parameter: name');
  }
  return {
    bucket,
    name,
    contentType: metadata.contentType ?? contentType ?? 'application/octet-stream',
    metadata: metadata.metadata ?? {},
  };
}

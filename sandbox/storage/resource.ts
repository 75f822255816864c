import type { StoredObject } from '../core/context.ts';
import type { HttpReply } from '../core/http-faults.ts';

/** An object's metadata as the JSON API returns it: 64-bit numbers are strings. */
export function toResource(object: StoredObject, baseUrl: string): Record<string, unknown> {
  const name = encodeURIComponent(object.name);
  const path = `storage/v1/b/${object.bucket}/o/${name}`;
  return {
    kind: 'storage#object',
    id: `${object.bucket}/${object.name}/${object.generation}`,
    selfLink: `${baseUrl}/${path}`,
    mediaLink: `${baseUrl}/download/${path}?generation=${object.generation}&alt=media`,
    name: object.name,
    bucket: object.bucket,
    generation: object.generation,
    metageneration: object.metageneration,
    contentType: object.contentType,
    storageClass: 'STANDARD',
    size: String(object.size),
    md5Hash: object.md5Hash,
    crc32c: object.crc32c,
    etag: Buffer.from(`${object.generation}/${object.metageneration}`).toString('base64'),
    timeCreated: object.timeCreated,
    updated: object.updated,
    ...(Object.keys(object.metadata).length === 0 ? {} : { metadata: object.metadata }),
  };
}

/** A JSON reply with HTTP 200. */
export function jsonReply(content: unknown): HttpReply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(content),
  };
}

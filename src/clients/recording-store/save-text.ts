import { CRC32C, type Storage } from '@google-cloud/storage';

/**
 * Stores a small text under a name that is free. In one request by the library's authenticated
 * client to the JSON API itself; the store compares the checksum and refuses what was damaged.
 *
 * @throws whatever the client throws: an answer of 412 when the name is taken.
 */
export async function insertText(
  storage: Storage,
  object: { readonly bucket: string; readonly name: string },
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const bytes = Buffer.from(text);
  const crc32c = new CRC32C();
  crc32c.update(bytes);
  await storage.authClient.request({
    method: 'POST',
    url: `${storage.apiEndpoint}/upload/storage/v1/b/${encodeURIComponent(object.bucket)}/o`,
    params: { uploadType: 'media', name: object.name, ifGenerationMatch: '0' },
    headers: {
      'content-type': 'application/json',
      'x-goog-hash': `crc32c=${crc32c.toString()}`,
    },
    data: bytes,
    signal,
  });
}

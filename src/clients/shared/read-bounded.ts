/**
 * Reads a body into memory. Throws what `toTooLargeError` makes once it exceeds `maxBytes`, which
 * also destroys the body: leaving the loop does.
 */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
  toTooLargeError: () => Error,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw toTooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

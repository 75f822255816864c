import { randomUUID } from 'node:crypto';

/** A file to send. */
export type AudioFile = {
  /** With an extension, by which servers recognise the format. */
  readonly name: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  /** The bytes from the start; may be called again. */
  content(): AsyncIterable<Uint8Array>;
};

type Form = {
  readonly contentType: string;
  readonly contentLength: number;
  readonly body: AsyncIterable<Uint8Array>;
};

/**
 * A form of text fields and one file (multipart/form-data, RFC 7578), made while it is sent. Its
 * length is known beforehand, for servers that do not accept a chunked body. Names, which become part
 * of a header, must not contain a quotation mark or a line break.
 */
export function toForm(
  fields: readonly (readonly [name: string, value: string])[],
  file: AudioFile,
) {
  const boundary = `----${randomUUID()}`;
  const part = (disposition: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${value}`;
  const head = Buffer.from(
    fields.map(([name, value]) => part(`name="${name}"`, `\r\n${value}\r\n`)).join('') +
      part(`name="file"; filename="${file.name}"`, `Content-Type: ${file.mimeType}\r\n\r\n`),
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const form: Form = {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.length + file.sizeBytes + tail.length,
    body: concat(head, file, tail),
  };
  return form;
}

async function* concat(head: Buffer, file: AudioFile, tail: Buffer): AsyncGenerator<Uint8Array> {
  yield head;
  yield* file.content();
  yield tail;
}

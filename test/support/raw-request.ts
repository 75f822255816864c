import { openRawConnection } from './raw-connection.ts';

export type RawReply = {
  readonly status: number;
  /** The lines of the header, in small letters. */
  readonly head: string;
  readonly body: string;
};

/**
 * Sends one request byte for byte as given, without the lines that end it, and reads the answer until
 * the gateway closes the connection. For what no HTTP client would send.
 */
export async function askRaw(
  port: number,
  lines: readonly string[],
  body: string | Buffer = '',
): Promise<RawReply> {
  const length = Buffer.byteLength(body);
  const head = [
    ...lines,
    'Connection: close',
    ...(length === 0 ? [] : [`Content-Length: ${length}`]),
  ];
  const connection = await openRawConnection(port, `${head.join('\r\n')}\r\n\r\n`);
  connection.socket.write(body);
  await connection.closed;
  const [received = '', ...rest] = connection.received().split('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1]),
    head: received.toLowerCase(),
    body: rest.join('\r\n\r\n'),
  };
}

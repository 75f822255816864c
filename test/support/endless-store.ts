import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Cloud Storage with one recording, as long as is wanted, that it sends as fast as it is read. */
export type EndlessStore = {
  readonly url: string;
  /** How many bytes of audio have been asked for and sent. */
  sentBytes(): number;
  /** How many answers are not finished. */
  open(): number;
  /** From here on, what is sent stops in the middle of its first piece. */
  stall(): void;
  close(): Promise<void>;
};

const PIECE = Buffer.alloc(64 * 1024, 1);

/** Starts one for an object of so many bytes, of which the first are those of `head`. */
export async function startEndlessStore(
  size: number,
  head: Buffer = Buffer.alloc(0),
): Promise<EndlessStore> {
  let sent = 0;
  let open = 0;
  let isStalled = false;
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://store');
    if (searchParams.get('alt') !== 'media') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ generation: '1', size: String(size), crc32c: 'AAAAAA==' }));
      return;
    }
    const [, first = '0', last = '0'] =
      /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    let missing = Number(last) - Number(first) + 1;
    open += 1;
    response.once('close', () => (open -= 1));
    response.writeHead(206, { 'content-length': missing });
    response.write(head);
    missing -= head.length;
    const more = () => {
      while (missing > 0 && !response.destroyed) {
        const piece = PIECE.subarray(0, Math.min(PIECE.length, missing));
        missing -= piece.length;
        sent += piece.length;
        const takesMore = response.write(piece);
        if (isStalled) return;
        if (!takesMore) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sentBytes: () => sent,
    open: () => open,
    stall: () => (isStalled = true),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

import type { FastifyReply } from 'fastify';

// After a restart of the gateway, its readers do not all come in the same second as the first requests.
const RETRY_AFTER_MS = 3_000;

export type EventConnection = ReturnType<typeof openEventConnection>;

/** Begins an answer that stays open and is written to as events come. The reply is no longer Fastify's. */
export function openEventConnection(reply: FastifyReply) {
  reply.hijack();
  const { raw } = reply;
  let isBeatSent = true;
  raw.writeHead(200, {
    // What hooks have set, of which nothing has been sent yet.
    ...headersOf(reply),
    'content-type': 'text/event-stream; charset=utf-8',
    // For nginx, which would otherwise keep events until it has a page of them.
    'x-accel-buffering': 'no',
  });
  write(`retry: ${RETRY_AFTER_MS}\n\n`);

  function write(text: string, onSent?: () => void): void {
    if (isOpen()) raw.write(text, onSent);
  }

  function isOpen(): boolean {
    return !raw.destroyed && !raw.writableEnded;
  }

  return {
    isOpen,
    write,
    /** Whether so much has not been taken over by the network that nothing more should be written. */
    isFull: (): boolean => isOpen() && raw.writableNeedDrain,
    /** Resolves when more may be written, or the reader has left. */
    async untilTaken(): Promise<void> {
      if (!raw.writableNeedDrain || !isOpen()) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          raw.off('drain', done).off('close', done);
          resolve();
        };
        raw.on('drain', done).on('close', done);
      });
    },
    /** A sign of life. Cuts a reader off who has read nothing since the one before. */
    beat(text: string): void {
      if (!isBeatSent) {
        raw.destroy();
        return;
      }
      isBeatSent = false;
      write(text, () => (isBeatSent = true));
    },
    /** Ends the answer as a whole one; that of somebody who does not read, at once. */
    end(): void {
      if (raw.writableLength > 0) raw.destroy();
      else raw.end();
    },
  };
}

function headersOf(reply: FastifyReply): Record<string, string | number | string[]> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

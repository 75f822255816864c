import type { FastifyReply } from 'fastify';

import { LOG_BEGINS, type LogPlace } from '../../domain/log-place.ts';
import type { LogFeedRepository } from '../../repositories/log-feed-repository.ts';
import { openEventConnection, type EventConnection } from './connection.ts';
import type { Feed } from './feed.ts';
import { createStream, type StreamSubject } from './stream.ts';

// Proxies close an answer on which nothing moves after 30 s to 60 s; the gateway itself does after 30 s.
const BEAT_EVERY_MS = 15_000;

/** What a stream tells, and from where on. */
export type StreamOrder = StreamSubject & {
  /** The place behind which it goes on; `null`: the reader has seen nothing. */
  readonly after: LogPlace | null;
  /** Where it begins for a reader who has seen nothing. */
  readonly begins: 'at the first row' | 'now';
  /** How far back it goes on, in milliseconds. */
  readonly goesBackMs: number;
};

export type EventStreams = ReturnType<typeof createEventStreams>;

/** Creates the streams of events of one gateway. `onFailure` hears why a stream was ended. */
export function createEventStreams(
  { feed, log }: { readonly feed: Feed; readonly log: LogFeedRepository },
  onFailure: (error: unknown) => void,
) {
  const open = new Map<EventConnection, () => void>();
  let isClosed = false;
  const timer = setInterval(() => open.forEach((beat) => beat()), BEAT_EVERY_MS).unref();

  function fail(error: unknown): void {
    if (!isClosed) onFailure(error);
  }

  /** Why a stream cannot go on behind a place; `null` if it can. */
  async function whyUnusable({ after, goesBackMs }: StreamOrder) {
    if (after === null) return null;
    const { at, next } = await log.snapshot();
    if (after.at < at - goesBackMs) return 'tooOld';
    return after.transactionId > next ? 'unknown' : null;
  }

  return {
    /**
     * Answers a request with a stream, and resolves when it has begun. Rejects, before anything has been
     * sent, with Prisma's errors.
     */
    async serve(reply: FastifyReply, order: StreamOrder): Promise<void> {
      if (isClosed) {
        // An error would tell a browser never to ask again.
        openEventConnection(reply).end();
        return;
      }
      const unusable = await whyUnusable(order);
      const stream = await feed.follow((edge) => {
        const connection = openEventConnection(reply);
        const start = { upTo: order.after ?? (order.begins === 'now' ? edge : LOG_BEGINS), edge };
        const begun = createStream(connection, order, { log, onFailure: fail }, start);
        if (unusable !== null) begun.reload(unusable, edge);
        open.set(connection, begun.beat);
        reply.raw.once('close', () => open.delete(connection));
        return begun;
      });
      reply.raw.once('close', () => feed.leave(stream));
      // The reader has left meanwhile.
      if (reply.raw.destroyed) reply.raw.emit('close');
      void stream.getInStep();
    },

    /** Ends all streams, so that their readers ask again elsewhere. */
    close(): void {
      isClosed = true;
      clearInterval(timer);
      feed.close();
      for (const connection of open.keys()) connection.end();
    },
  };
}

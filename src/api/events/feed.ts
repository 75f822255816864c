import { LOG_BEGINS, NO_ROW, type LogPlace } from '../../domain/log-place.ts';
import type { FedRow, LogFeedRepository } from '../../repositories/log-feed-repository.ts';
import { createWatermark } from './watermark.ts';

export type Follower = {
  /** The rows that came, none or more, and up to where that is all there is. */
  onRows(rows: readonly FedRow[], upTo: LogPlace): void;
  /** The database counts from another number, so what came in between is not known. */
  onBreak(goesOnFrom: LogPlace): void;
};

// One small query a second, however many follow. Waiting for a notification instead would need a session of
// its own, which a pooler in transaction mode does not give.
const LOOK_EVERY_MS = 1_000;

/** How many rows are read at once. */
const PAGE_ROWS = 500;

export type Feed = ReturnType<typeof createFeed>;

/**
 * Creates what follows the log for all streams together, while there are any. `onFailure` hears of the
 * first of several looks that failed; the next one begins where the last good one ended, so that nothing
 * is missed.
 */
export function createFeed(log: LogFeedRepository, onFailure: (error: unknown) => void) {
  const followers = new Set<Follower>();
  let watermark = createWatermark();
  /** Up to where all followers have been told. */
  let place: LogPlace = LOG_BEGINS;
  let begun: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isFailing = false;
  let isClosed = false;

  /** The place before all that is yet to come, now. */
  async function edge(): Promise<LogPlace> {
    const snapshot = await log.snapshot();
    // Another server, which was restored from a copy or has lost the last transactions of this one.
    const isOther = snapshot.next < place.transactionId;
    if (isOther) watermark = createWatermark();
    const transactionId = watermark(snapshot, performance.now());
    const found = { transactionId, id: NO_ROW, at: snapshot.at };
    if (isOther) {
      place = found;
      for (const follower of followers) follower.onBreak(place);
    }
    return found;
  }

  async function look(): Promise<void> {
    const end = await edge();
    while (!isClosed && place.transactionId < end.transactionId) {
      const wanted = { after: place, before: end.transactionId, limit: PAGE_ROWS };
      const rows = await log.list(wanted);
      const last = rows.at(-1);
      place = rows.length < PAGE_ROWS || last === undefined ? end : placeOf(last);
      for (const follower of followers) follower.onRows(rows, place);
    }
    isFailing = false;
  }

  function lookLater(): void {
    timer = setTimeout(() => {
      if (followers.size === 0 || isClosed) {
        begun = null;
        return;
      }
      void look()
        .catch((error: unknown) => {
          if (!isFailing && !isClosed) onFailure(error);
          isFailing = true;
        })
        .finally(lookLater);
    }, LOOK_EVERY_MS);
  }

  async function begin(): Promise<void> {
    try {
      place = await edge();
      lookLater();
    } catch (error) {
      begun = null;
      throw error;
    }
  }

  return {
    /**
     * Tells the follower that `create` makes of all rows behind the place that it is given. Rejects with
     * Prisma's errors while the database cannot be asked where that is.
     */
    async follow<T extends Follower>(create: (edge: LogPlace) => T): Promise<T> {
      begun ??= begin();
      await begun;
      const follower = create(place);
      followers.add(follower);
      return follower;
    },
    leave: (follower: Follower): void => void followers.delete(follower),
    close(): void {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** The place of a row. */
export function placeOf({ transactionId, id, createdAt }: FedRow): LogPlace {
  return { transactionId, id, at: createdAt.getTime() };
}

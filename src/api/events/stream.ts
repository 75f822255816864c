import { isBehind, type LogPlace } from '../../domain/log-place.ts';
import type { LogEvent } from '../../domain/log-events.ts';
import type { FedRow, LogFeedRepository } from '../../repositories/log-feed-repository.ts';
import type { EventConnection } from './connection.ts';
import { toEventId } from './event-id.ts';
import { placeOf, type Follower } from './feed.ts';

/** Which rows a stream tells, and how. */
export type StreamSubject = {
  /** Those of one call, or those with these events. */
  readonly only: { readonly callId: string } | { readonly events: readonly LogEvent[] };
  /** The name of its events. */
  readonly name: string;
  readonly toData: (row: FedRow) => unknown;
};

// Read anew for each stream that is behind, so few: a reader on a slow line holds no more in memory.
const ROWS_AT_ONCE = 100;

/**
 * Creates a stream for one reader, who has been told everything up to `upTo`. While the reader keeps up,
 * it tells what comes. A reader who does not is told the rest from the database, at their own pace, so
 * that nothing piles up here.
 */
export function createStream(
  connection: EventConnection,
  { only, name, toData }: StreamSubject,
  { log, onFailure }: { log: LogFeedRepository; onFailure: (error: unknown) => void },
  start: { readonly upTo: LogPlace; readonly edge: LogPlace },
) {
  let { upTo, edge } = start;
  let isCatchingUp = false;
  /** How often the reader was sent to another place. */
  let jumps = 0;

  function tell(row: FedRow): void {
    upTo = placeOf(row);
    const data = JSON.stringify(toData(row));
    connection.write(`event: ${name}\n${idOf(upTo)}data: ${data}\n\n`);
  }

  async function catchUp(): Promise<void> {
    while (connection.isOpen() && isBehind(edge, upTo)) {
      const end = edge;
      const jumped = jumps;
      const page = { after: upTo, before: end.transactionId + 1n, limit: ROWS_AT_ONCE };
      const rows = await log.list(page, only);
      for (const row of rows) {
        if (jumps !== jumped || isBehind(placeOf(row), end)) break;
        tell(row);
        await connection.untilTaken();
      }
      const isAll = rows.length < ROWS_AT_ONCE && jumps === jumped && connection.isOpen();
      if (isAll && isBehind(end, upTo)) upTo = end;
    }
  }

  async function getInStep(): Promise<void> {
    isCatchingUp = true;
    try {
      await catchUp();
      // An id alone is no event, but from here on the reader knows where to go on.
      connection.write(`${idOf(upTo)}\n`);
    } catch (error) {
      // The reader comes back, and goes on from the last event.
      onFailure(error);
      connection.end();
    } finally {
      isCatchingUp = false;
    }
  }

  const follower: Follower = {
    onRows(rows, end) {
      edge = end;
      if (isCatchingUp) return;
      for (const row of rows) {
        // Another gateway may have told it already.
        if (!isMeant(row, only) || !isBehind(placeOf(row), upTo)) continue;
        if (connection.isFull()) {
          void getInStep();
          return;
        }
        tell(row);
      }
      if (isBehind(end, upTo)) upTo = end;
    },
    onBreak: (goesOnFrom) => reload('unknown', goesOnFrom),
  };

  function reload(reason: 'tooOld' | 'unknown', from: LogPlace): void {
    jumps += 1;
    upTo = from;
    edge = from;
    connection.write(`event: reload\n${idOf(from)}data: ${JSON.stringify({ reason })}\n\n`);
  }

  return {
    ...follower,
    getInStep,
    reload,
    beat: (): void => connection.beat(`: keep-alive\n${idOf(upTo)}\n`),
  };
}

function isMeant(row: FedRow, only: StreamSubject['only']): boolean {
  return 'callId' in only
    ? row.callId === only.callId
    : only.events.some((event) => event === row.event);
}

function idOf(place: LogPlace): string {
  return `id: ${toEventId(place)}\n`;
}

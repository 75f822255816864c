import { limitReached } from './limits.ts';

// A stream of a page that was closed is gone within a second.
const RETRY_AFTER_MS = 5_000;

export type StreamLimit = ReturnType<typeof createStreamLimit>;

/** Creates the limit on streams of events that are open at a time, per key. Each gateway counts its own. */
export function createStreamLimit(perKey: number) {
  const open = new Map<string, number>();

  return {
    /** Admits a stream of a key. Throws LIMIT_REACHED when it is one too many. Returns what ends it. */
    admit(caller: string | null): () => void {
      const key = caller ?? '';
      const count = open.get(key) ?? 0;
      if (perKey > 0 && count >= perKey) {
        throw limitReached('EVENT_STREAMS_PER_KEY', {
          limit: perKey,
          what: 'open streams of events per key',
          retryAfterMs: RETRY_AFTER_MS,
        });
      }
      open.set(key, count + 1);
      return () => void open.set(key, (open.get(key) ?? 1) - 1);
    },
  };
}

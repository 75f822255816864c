import { EventSource } from 'eventsource';

export type SeenEvent = { readonly name: string; readonly id: string; readonly data: unknown };

/** A reader of a stream of events, as a browser has it: it comes back by itself, with the last id it saw. */
export type EventReader = {
  /** All events so far, in order. */
  readonly seen: readonly SeenEvent[];
  /** How often it was connected. */
  opened(): number;
  /** The status of the answer for which it gave up; `null` while it has not. */
  refusedWith(): number | null;
  close(): void;
};

/** The names of all events that the gateway has. */
const NAMES = ['log', 'call', 'reload'];

/** Opens a stream. `addressNow` is asked at each attempt, as a proxy chooses another gateway. */
export function readEvents(
  addressNow: () => string,
  headers: Readonly<Record<string, string>> = {},
): EventReader {
  const seen: SeenEvent[] = [];
  let opened = 0;
  let refusedWith: number | null = null;
  const source = new EventSource(addressNow(), {
    fetch: (_url, init) =>
      fetch(addressNow(), { ...init, headers: { ...init.headers, ...headers } }),
  });
  source.addEventListener('open', () => (opened += 1));
  source.addEventListener('error', ({ code }) => {
    if (source.readyState === EventSource.CLOSED) refusedWith = code ?? 0;
  });
  for (const name of NAMES) {
    source.addEventListener(name, ({ lastEventId: id, data }) => {
      seen.push({ name, id, data: JSON.parse(String(data)) as unknown });
    });
  }
  return {
    seen,
    opened: () => opened,
    refusedWith: () => refusedWith,
    close: () => source.close(),
  };
}

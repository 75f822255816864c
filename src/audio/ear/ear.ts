import { Worker } from 'node:worker_threads';

import type { AudioExtension } from '../audio-format.ts';
import {
  type ChannelDecoder,
  type CompressedChannel,
  createChannelDecoders,
} from './channel-decoder.ts';
import type { Answer, Heard, Order } from './messages.ts';

/** What came of listening to a recording; `reason` is a word in capitals, such as CODEC or TOO_SLOW. */
export type Hearing = Heard | { readonly notHeard: string };

/** Listens to one recording as it flows by. No method ever rejects: nothing fails because of the ear. */
export type Listener = {
  /** Accepts the next bytes; resolves when there is room for more, or nobody listens any more. */
  write(chunk: Uint8Array): Promise<void>;
  /** What was heard in all the bytes. */
  end(): Promise<Hearing>;
  /** Stops listening, unless it has ended. */
  stop(): void;
};

export type Ear = {
  /** `channels`: as a header states them. */
  listen(extension: AudioExtension, channels: number): Listener;
  /** Opens one channel of a recording whose samples are compressed; it has to be closed. */
  openChannel(channel: CompressedChannel): ChannelDecoder;
  close(): Promise<void>;
};

export type EarLimits = {
  /** How many recordings are heard at once; each has a thread of its own while it is heard. */
  readonly threads: number;
  /** How long a recording waits for a thread. */
  readonly placeMs: number;
  /** How long a thread may take for one piece. */
  readonly pieceMs: number;
  /** How long a recording may be held up in all. */
  readonly heldUpMs: number;
};

const LIMITS: EarLimits = {
  // A recording arrives at the speed of a network and is heard at a hundred times the speed of sound.
  threads: 4,
  // What is not heard while it is archived is heard when it is transcribed: better than to hold it up.
  placeMs: 5_000,
  // A piece takes a few milliseconds. After ten seconds, a decoder goes round in circles; the phone
  // system's connection lasts 30 s without a read.
  pieceMs: 10_000,
  // Longer than eight hours of any format take on a busy machine, and a small part of the step's hour.
  heldUpMs: 5 * 60_000,
};

/** The pieces, of the 64 KiB in which streams come, that may wait in a thread. */
const PIECES_IN_FLIGHT = 4;

/** The part of a thread's memory that JavaScript uses; listening to any recording takes a few megabytes. */
const THREAD_MEGABYTES = 96;

/**
 * Creates the ear: the threads in which recordings are decoded, so that no file can block the process,
 * fill its memory or end it.
 */
export function createEar(limits: Partial<EarLimits> = {}): Ear {
  const { threads, placeMs, pieceMs, heldUpMs } = { ...LIMITS, ...limits };
  const decoders = createChannelDecoders();
  const all = new Set<Worker>();
  const idle: Worker[] = [];
  const waiting: (() => void)[] = [];
  let used = 0;
  let recordings = 0;

  function startThread(): Worker {
    const thread = new Worker(new URL('listener.ts', import.meta.url), {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: THREAD_MEGABYTES, maxYoungGenerationSizeMb: 16 },
    });
    // A process that has nothing else to do may end.
    thread.unref();
    all.add(thread);
    thread.on('error', () => undefined);
    thread.once('exit', () => {
      all.delete(thread);
      const at = idle.indexOf(thread);
      if (at >= 0) idle.splice(at, 1);
    });
    return thread;
  }

  /** A thread once one is free; `null` after `placeMs`. */
  async function takeThread(): Promise<Worker | null> {
    if (used >= threads) {
      const isFree = await new Promise<boolean>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(wake), 1);
          resolve(false);
        }, placeMs);
        waiting.push(wake);
      });
      if (!isFree) return null;
    } else {
      used += 1;
    }
    return idle.pop() ?? startThread();
  }

  /** Gives the place to the next recording. */
  function giveBack(thread: Worker, isUsable: boolean): void {
    if (isUsable && all.has(thread)) idle.push(thread);
    else void thread.terminate();
    const next = waiting.shift();
    if (next === undefined) used -= 1;
    else next();
  }

  function listen(extension: AudioExtension, channels: number): Listener {
    const result = Promise.withResolvers<Hearing>();
    recordings += 1;
    const id = recordings;
    let thread: Promise<Worker | null> | null = null;
    let held: Worker | null = null;
    let isOver = false;
    let heldUp = 0;
    let inFlight = 0;
    let wake: () => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;

    function finish(hearing: Hearing, isUsable: boolean): void {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      held?.off('message', onAnswer).off('exit', onExit);
      if (held !== null) giveBack(held, isUsable);
      result.resolve(hearing);
      wake();
    }
    const giveUp = (reason: string) => finish({ notHeard: reason }, false);
    const onExit = () => giveUp('THREAD');
    function watch(): void {
      clearTimeout(timer);
      timer = inFlight === 0 ? undefined : setTimeout(() => giveUp('TOO_SLOW'), pieceMs);
    }
    function onAnswer(message: Answer): void {
      if (message.id !== id) return;
      if (message.kind === 'heard') return finish(message.heard, true);
      if (message.kind === 'not-heard') return finish({ notHeard: message.reason }, true);
      inFlight -= 1;
      watch();
      wake();
    }
    function send(to: Worker, order: Order): void {
      if (order.kind !== 'open') {
        inFlight += 1;
        if (inFlight === 1) watch();
      }
      to.postMessage(order, order.kind === 'piece' ? [order.bytes.buffer] : []);
    }
    async function open(): Promise<Worker | null> {
      const free = await takeThread();
      if (isOver) {
        if (free !== null) giveBack(free, true);
        return null;
      }
      if (free === null) {
        giveUp('BUSY');
        return null;
      }
      held = free;
      free.on('message', onAnswer).on('exit', onExit);
      send(free, { id, kind: 'open', extension, channels });
      return free;
    }

    return {
      async write(chunk) {
        if (isOver || chunk.length === 0) return;
        const since = performance.now();
        thread ??= open();
        const to = await thread;
        if (isOver || to === null) return;
        // A copy: the thread takes the memory, and whoever sends the chunk needs his.
        send(to, { id, kind: 'piece', bytes: new Uint8Array(chunk) });
        while (!isOver && inFlight >= PIECES_IN_FLIGHT) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        heldUp += performance.now() - since;
        if (heldUp > heldUpMs) giveUp('TOO_SLOW');
      },
      async end() {
        const to = await thread;
        if (to == null) giveUp('EMPTY');
        else if (!isOver) send(to, { id, kind: 'end' });
        return result.promise;
      },
      stop: () => giveUp('STOPPED'),
    };
  }

  return {
    listen,
    openChannel: decoders.open,
    async close() {
      decoders.close();
      await Promise.all([...all].map((thread) => thread.terminate()));
    },
  };
}

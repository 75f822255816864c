import { Worker } from 'node:worker_threads';

import { ServiceError } from '../../domain/service-error.ts';
import type { ExtractionAnswer, ExtractionOrder, ExtractionTask } from './extraction-thread.ts';
import { createKeptSamples } from './kept-samples.ts';

/** One channel of a recording whose samples are compressed. */
export type CompressedChannel = ExtractionTask & {
  /** The recording from this byte on. */
  open(fromByte: number): AsyncIterable<Uint8Array>;
};

/** Reads samples of a channel from one place to another; the next place is usually where this one ends. */
export type ChannelDecoder = {
  /**
   * 16-bit samples (little-endian) from one place to another, counted in samples; behind the end there
   * is silence. Waits until the reading before has ended. Throws ServiceError RECORDING_UNREADABLE, and
   * what reading the recording throws.
   */
  read(from: number, to: number): AsyncGenerator<Uint8Array>;
  close(): void;
};

/** How many are decoded at once; a thread takes about 15 MB. */
const THREADS = 8;

/**
 * A thread decodes megabytes in a second. After ten seconds with a few kilobytes, its decoder goes round
 * in circles.
 */
const PIECE_MS = 10_000;

/** A compressed kilobyte may unfold to tens of megabytes. */
const PIECE_BYTES = 4 * 1024;

/** How far back the next part may begin: parts overlap where nobody pauses. */
const KEPT_SECONDS = 15;

/**
 * The part of a thread's memory that JavaScript uses: the code of the decoders, and pieces that are passed
 * on at once. With more, it would let garbage lie.
 */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 };

/** Reasons for which another try may go otherwise. */
const PASSING = ['TOO_SLOW', 'THREAD'];

const SILENCE = new Uint8Array(64 * 1024);

/**
 * Decodes channels of recordings, each in a thread of its own, piece by piece as they are read. A thread
 * stays where it is between two parts of a recording, unless another recording needs it: then it begins
 * anew, and decodes what it has decoded before.
 */
export function createChannelDecoders(threads = THREADS) {
  /** Those that are not being read, the longest unused first. */
  const idle = new Set<Thread>();
  const all = new Set<Thread>();
  const waiting: (() => void)[] = [];
  let used = 0;

  async function takePlace(): Promise<void> {
    if (used < threads) used += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }
  function givePlace(): void {
    const next = waiting.shift();
    if (next === undefined) used -= 1;
    else next();
  }
  function end(thread: Thread): void {
    idle.delete(thread);
    all.delete(thread);
    thread.end();
  }
  function start(task: ExtractionTask): Thread {
    const [oldest] = idle;
    if (all.size >= threads && oldest !== undefined) end(oldest);
    const thread = startThread(task);
    all.add(thread);
    return thread;
  }

  function open(recording: CompressedChannel): ChannelDecoder {
    const { extension, channels, channel, sampleRateHertz } = recording;
    const task: ExtractionTask = { extension, channels, channel, sampleRateHertz };
    const kept = KEPT_SECONDS * sampleRateHertz;
    let thread: Thread | null = null;
    let bytesRead = 0;
    let isAtEnd = false;
    const samples = createKeptSamples();
    // A request that was refused may still hold on to its body when the next one begins.
    let reading = Promise.resolve();

    function restart(): Thread {
      if (thread !== null) end(thread);
      bytesRead = 0;
      isAtEnd = false;
      samples.clear();
      thread = start(task);
      return thread;
    }

    async function decode(by: Thread, bytes: ExtractionOrder): Promise<void> {
      const answer = await by.ask(bytes);
      if ('failed' in answer) {
        end(by);
        throw undecodable(answer.failed);
      }
      bytesRead += bytes?.length ?? 0;
      isAtEnd = bytes === null;
      samples.add(answer.samples);
    }

    /** The samples from one place to another, as soon as they are decoded, and fewer at the end. */
    async function* decoded(by: Thread, from: number, to: number): AsyncGenerator<Uint8Array> {
      let at = from;
      function* known() {
        for (let piece = samples.take(at, to); piece.length > 0; piece = samples.take(at, to)) {
          at += piece.length / 2;
          yield piece;
        }
        samples.forgetBefore(at - kept);
      }
      yield* known();
      if (at >= to || isAtEnd) return;
      for await (const bytes of inPieces(recording.open(bytesRead))) {
        await decode(by, bytes);
        yield* known();
        if (at >= to) return;
      }
      await decode(by, null);
      yield* known();
    }

    return {
      async *read(from, to) {
        const before = reading;
        const { promise, resolve: endReading } = Promise.withResolvers<void>();
        reading = promise;
        await before;
        await takePlace();
        let current: Thread | null = null;
        try {
          const mayGoOn = thread !== null && all.has(thread) && from >= samples.first();
          current = mayGoOn && thread !== null ? thread : restart();
          idle.delete(current);
          let at = from;
          for await (const piece of decoded(current, from, to)) {
            at += piece.length / 2;
            yield piece;
          }
          for (; at < to; at += SILENCE.length / 2)
            yield SILENCE.subarray(0, 2 * Math.min(to - at, SILENCE.length / 2));
        } finally {
          if (current !== null && all.has(current)) idle.add(current);
          givePlace();
          endReading();
        }
      },
      close() {
        if (thread !== null) end(thread);
      },
    };
  }

  return {
    open,
    close: () => {
      for (const thread of all) end(thread);
    },
  };
}

type Thread = ReturnType<typeof startThread>;

function startThread(task: ExtractionTask) {
  const worker = new Worker(new URL('extraction-thread.ts', import.meta.url), {
    execArgv: [],
    workerData: task,
    resourceLimits: THREAD_LIMITS,
  });
  // A process that has nothing else to do may end.
  worker.unref();
  worker.on('error', () => undefined);
  return {
    async ask(order: ExtractionOrder): Promise<ExtractionAnswer> {
      const { promise, resolve } = Promise.withResolvers<ExtractionAnswer>();
      const timer = setTimeout(() => resolve({ failed: 'TOO_SLOW' }), PIECE_MS);
      const onExit = () => resolve({ failed: 'THREAD' });
      worker.once('message', resolve).once('exit', onExit);
      worker.postMessage(order, []);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        worker.off('message', resolve).off('exit', onExit);
      }
    },
    end: () => void worker.terminate(),
  };
}

async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES)
      yield new Uint8Array(chunk.subarray(at, at + PIECE_BYTES));
}

function undecodable(reason: string): ServiceError {
  return new ServiceError(
    'RECORDING_UNREADABLE',
    `A channel of the recording could not be decoded (${reason}).`,
    { retryable: PASSING.includes(reason) },
  );
}

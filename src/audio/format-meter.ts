import { PassThrough } from 'node:stream';
import type { IFormat } from 'music-metadata';
import { type AudioType, formatOfWhole } from './audio-format.ts';

export type FormatMeter = {
  /** Accepts the next bytes; resolves when there is room for more. */
  write(chunk: Uint8Array): Promise<void>;
  /** The format according to all the bytes; `null` when they cannot be parsed. */
  end(): Promise<IFormat | null>;
  /** Stops parsing, unless it has ended. */
  stop(): void;
};

/** Parses every frame of a file as it flows by, without keeping it in memory. */
export function createFormatMeter(type: AudioType): FormatMeter {
  const tap = new PassThrough();
  // A parser that gives up closes its input; later writes no longer matter.
  tap.on('error', () => {});
  let wake: () => void = () => {};
  tap.on('drain', () => wake());
  let isDone = false;
  const format = formatOfWhole(type, tap).finally(() => {
    isDone = true;
    wake();
  });
  return {
    async write(chunk) {
      if (isDone || tap.write(chunk)) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    },
    end() {
      tap.end();
      return format;
    },
    stop() {
      tap.destroy();
    },
  };
}

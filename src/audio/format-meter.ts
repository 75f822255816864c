import { PassThrough } from 'node:stream';
import type { IFormat } from 'music-metadata';
import { type AudioType, formatOfWhole } from './audio-format.ts';

export type FormatMeter = {
  /** Takes the next bytes; resolves when there is room for more. */
  write(chunk: Uint8Array): Promise<void>;
  /** What all the bytes say; `null` when they cannot be parsed. */
  end(): Promise<IFormat | null>;
  /** Gives up, if it has not ended. */
  stop(): void;
};

/** Parses every frame of a file that flows by, without holding it. */
export function createFormatMeter(type: AudioType): FormatMeter {
  const tap = new PassThrough();
  // A parser that gives up closes its input; what is written after that is of no interest.
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

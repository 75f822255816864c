import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Random } from './random.ts';

export type HostileFile = {
  readonly name: string;
  /** In the pieces in which it comes. */
  pieces(): Iterable<Buffer> | AsyncIterable<Buffer>;
};

const FOLDER = join(import.meta.dirname, '../data/audio');

/** The formats that are archived, each with one channel and with two. */
export const BASES: readonly (readonly [string, Buffer])[] = readdirSync(FOLDER)
  .filter((name) => /-[129]ch-(?:8000|48000)\.|piped|oga$|spx$/.test(name))
  .map((name) => [name, readFileSync(join(FOLDER, name))]);

/** The sizes in which streams come; tiny ones split every header. */
const PIECE_SIZES = [65_536, 65_536, 16_384, 1_000, 97];

export function fileOf(name: string, bytes: Buffer, pieceBytes = 65_536): HostileFile {
  return {
    name,
    *pieces() {
      for (let at = 0; at < bytes.length; at += pieceBytes)
        yield bytes.subarray(at, at + pieceBytes);
    },
  };
}

/** So many files in which a few bytes were changed, half of them in the header. */
export function* fuzzed(count: number, random: Random): Generator<HostileFile> {
  for (let index = 0; index < count; index += 1) {
    const [name, base] = random.pick(BASES);
    // Twenty times the same: longer than one read, and with headers where none belongs.
    const bytes = random.below(4) === 0 ? Buffer.concat(Array(20).fill(base)) : Buffer.from(base);
    const within = random.below(2) === 0 ? Math.min(bytes.length, 120) : bytes.length;
    for (let hits = 1 + random.below(6); hits > 0; hits -= 1)
      bytes.writeUInt8(
        random.pick([0, 1, 127, 128, 254, 255, random.below(256)]),
        random.below(within),
      );
    yield fileOf(`fuzzed ${index}: ${name}`, bytes, random.pick(PIECE_SIZES));
  }
}

/** Every format, cut at each kilobyte; `step`: of short files, at each of so many bytes. */
export function* truncated(step: number): Generator<HostileFile> {
  for (const [name, base] of BASES) {
    const bytes = base.length > 20_000 ? base : Buffer.concat(Array(4).fill(base));
    const by = base.length > 20_000 ? 1_024 : step;
    for (let at = by; at < bytes.length; at += by)
      yield fileOf(`${name} to ${at}`, bytes.subarray(0, at));
  }
}

/** WAV headers that state what no recording has. */
export function* misstated(): Generator<HostileFile> {
  for (const [name, base] of BASES) {
    if (!name.endsWith('.wav')) continue;
    const format = base.indexOf('fmt ') + 8;
    const data = base.indexOf('data') + 4;
    const changed = (what: string, change: (bytes: Buffer) => void, behind = 0) => {
      const bytes = Buffer.concat([base, Buffer.alloc(behind, 0x35)]);
      change(bytes);
      return fileOf(`${name} with ${what}`, bytes);
    };
    for (const channels of [0, 3, 8, 9, 255, 32_768, 65_535]) {
      yield changed(
        `${channels} channels`,
        (bytes) => bytes.writeUInt16LE(channels, format + 2),
        262_144,
      );
      yield changed(
        `${channels} channels in frames`,
        (bytes) => {
          bytes.writeUInt16LE(channels, format + 2);
          bytes.writeUInt16LE((channels * 2) % 65_536, format + 12);
        },
        262_144,
      );
    }
    for (const rate of [0, 1, 7, 999, 1_000_000, 0x7fff_ffff, 0xffff_ffff])
      yield changed(`${rate} Hz`, (bytes) => bytes.writeUInt32LE(rate, format + 4));
    for (const bytesPerSecond of [0, 1, 0xffff_ffff])
      yield changed(`${bytesPerSecond} bytes a second`, (bytes) =>
        bytes.writeUInt32LE(bytesPerSecond, format + 8),
      );
    for (const length of [0, 1, 44, 0x7fff_ffff, 0xffff_ffff])
      yield changed(
        `${length} bytes claimed`,
        (bytes) => bytes.writeUInt32LE(length, data),
        100_000,
      );
    for (const size of [0, 1, 15, 17, 40, 65_535, 0xffff_fff0])
      yield changed(`a format of ${size} bytes`, (bytes) => bytes.writeUInt32LE(size, format - 4));
  }
}

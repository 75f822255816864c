import { BASES, fileOf, type HostileFile } from './files.ts';
import type { Random } from './random.ts';

const PIECE_BYTES = 65_536;
const MEGABYTE = 1024 * 1024;

const base = (name: string): Buffer => {
  const found = BASES.find(([each]) => each === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found[1];
};

/** A file with a beginning and the same bytes behind it for so long. */
function endless(name: string, head: Buffer, unit: Buffer, bytes: number): HostileFile {
  const piece = Buffer.alloc(PIECE_BYTES, unit);
  return {
    name,
    *pieces() {
      yield head;
      for (let left = bytes; left > 0; left -= PIECE_BYTES)
        yield left < PIECE_BYTES ? piece.subarray(0, left) : piece;
    },
  };
}

type Page = {
  readonly serial?: number;
  readonly kind?: number;
  readonly position?: bigint;
  readonly sizes: readonly number[];
  readonly body?: Buffer;
};

function pageOf({ serial = 1, kind = 0, position = 0n, sizes, body }: Page): Buffer {
  const header = Buffer.alloc(27 + sizes.length);
  header.write('OggS', 'latin1');
  header.writeUInt8(kind, 5);
  header.writeBigUInt64LE(position, 6);
  header.writeUInt32LE(serial, 14);
  header.writeUInt8(sizes.length, 26);
  header.set(sizes, 27);
  return Buffer.concat([header, body ?? Buffer.alloc(sizes.reduce((sum, each) => sum + each, 0))]);
}

const times = (count: number, make: (index: number) => Buffer) =>
  Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));

/** The tag of an MP3 that states this size, without what it states. */
function tagOf(sizeBytes: number): Buffer {
  const tag = Buffer.from('ID3\u0003\0\0\0\0\0\0', 'latin1');
  for (const [index, shift] of [21, 14, 7, 0].entries())
    tag[6 + index] = (sizeBytes >> shift) & 0x7f;
  return tag;
}

/** A WAV whose header has so many chunks before its samples. */
function chunks(count: number, id: string, sizeBytes: number): Buffer {
  const wav = base('pcm16-1ch-8000.wav');
  const chunk = Buffer.alloc(8 + sizeBytes, id.slice(0, 4));
  chunk.fill(0, 4);
  chunk.writeUInt32LE(sizeBytes, 4);
  return Buffer.concat([wav.subarray(0, 36), times(count, () => chunk), wav.subarray(36)]);
}

/** Files of which each was made to hold up, or to fill, whatever reads it; `scale`: their size, 0 to 1. */
export function* traps(scale: number, random: Random): Generator<HostileFile> {
  const mp3 = base('mp3-1ch-8000.mp3');
  const stereo = base('mp3-2ch-48000.mp3');
  const flac = base('flac-2ch-8000.flac');
  const sized = (bytes: number) => Math.ceil(bytes * scale);
  const junk = Buffer.from(Array.from({ length: PIECE_BYTES }, () => random.below(256)));

  for (const size of [100_000, sized(3.5 * MEGABYTE)])
    yield endless(
      `${size} bytes of 0xFF behind a frame`,
      mp3.subarray(0, 144),
      Buffer.from([255]),
      size,
    );
  for (const [what, unit] of [
    ['0xFFFB', [0xff, 0xfb]],
    ['headers of frames', [0xff, 0xe3, 0x18, 0xc4]],
    ['headers of FLAC', [0xff, 0xf8, 0xc9, 0x08, 0x00, 0x00]],
    ['zeros', [0]],
  ] as const)
    for (const [head, start] of [
      ['MP3', mp3],
      ['stereo MP3', stereo],
      ['FLAC', flac],
      ['the head of a FLAC', flac.subarray(0, 42)],
      ['Opus', base('opus-2ch-8000.opus')],
    ] as const)
      yield endless(`${what} behind ${head}`, start, Buffer.from(unit), sized(2 * MEGABYTE));
  yield endless('noise behind an MP3', mp3, junk, sized(4 * MEGABYTE));
  yield endless('noise behind a FLAC', flac, junk, sized(4 * MEGABYTE));
  yield endless('zeros behind an MP3', mp3, Buffer.from([0]), sized(20 * MEGABYTE));

  yield endless('a tag of 200 MB', tagOf(200 * MEGABYTE), Buffer.from([0]), sized(200 * MEGABYTE));
  yield endless(
    'a tag of 200 MB of 0xFF',
    tagOf(200 * MEGABYTE),
    Buffer.from([255]),
    sized(200 * MEGABYTE),
  );
  yield fileOf('a tag that states 200 MB', Buffer.concat([tagOf(200 * MEGABYTE), mp3]));
  const frame = Buffer.from('TIT2\0\0\0\u0001\0\0x', 'latin1');
  const frames = times(sized(300_000), () => frame);
  yield fileOf('a tag of tiny parts', Buffer.concat([tagOf(frames.length), frames, mp3]));
  yield fileOf('tags behind tags', Buffer.concat([times(5_000, () => tagOf(0)), mp3]));

  for (const name of [
    'opus-1ch-8000.opus',
    'flac-in-ogg.oga',
    'vorbis-1ch-8000.ogg',
    'speex-1ch-8000.spx',
  ]) {
    const file = base(name);
    const serial = file.readUInt32LE(14);
    const first = file.subarray(0, file.indexOf('OggS', 4));
    const full = Array<number>(255).fill(255);
    for (const [where, head] of [
      ['all', file],
      ['the first page', first],
    ] as const) {
      const title = `behind ${where} of ${name}`;
      yield fileOf(
        `empty pages ${title}`,
        Buffer.concat([head, times(sized(60_000), () => pageOf({ serial, sizes: [] }))]),
      );
      yield fileOf(
        `pages of a byte ${title}`,
        Buffer.concat([
          head,
          times(sized(40_000), (index) => pageOf({ serial, position: BigInt(index), sizes: [1] })),
        ]),
      );
      yield fileOf(
        `pages of other streams ${title}`,
        Buffer.concat([
          head,
          times(sized(40_000), (index) =>
            pageOf({ serial: index, kind: 2, sizes: [8], body: Buffer.from('OpusHead') }),
          ),
        ]),
      );
      yield endless(
        `one packet for ever ${title}`,
        head,
        pageOf({ serial, kind: 1, position: 2n ** 64n - 1n, sizes: full }),
        sized(40 * MEGABYTE),
      );
      yield endless(
        `a page that never ends ${title}`,
        head,
        Buffer.from('OggS'),
        sized(4 * MEGABYTE),
      );
      yield endless(
        `empty packets ${title}`,
        head,
        pageOf({ serial, position: 1n, sizes: Array<number>(255).fill(0) }),
        sized(4 * MEGABYTE),
      );
      yield endless(
        `packets of a byte ${title}`,
        head,
        pageOf({
          serial,
          position: 2n ** 62n,
          sizes: Array<number>(255).fill(1),
          body: Buffer.alloc(255, 0xff),
        }),
        sized(2 * MEGABYTE),
      );
    }
  }

  for (const id of ['JUNK', 'LIST', 'id3 ', 'fact', 'bext', 'data', 'fmt '])
    for (const size of [0, 4, 10])
      yield fileOf(`chunks ${id} of ${size} bytes`, chunks(sized(7_000), id, size));
  const blocks = times(sized(60_000), () => Buffer.from([1, 0, 0, 0]));
  yield fileOf(
    'a FLAC of empty blocks',
    Buffer.concat([
      flac.subarray(0, 4),
      Buffer.from([0, 0, 0, 34]),
      flac.subarray(8, 42),
      blocks,
      flac.subarray(42),
    ]),
  );
  const comments = times(12_000, () => Buffer.from([0, 0, 0, 0]));
  comments.writeUInt32LE(11_990, 4);
  yield fileOf(
    'a FLAC of empty comments',
    Buffer.concat([
      flac.subarray(0, 4),
      Buffer.from([0, 0, 0, 34]),
      flac.subarray(8, 42),
      Buffer.from([0x84, 0, comments.length >> 8, comments.length & 255]),
      comments,
      flac.subarray(42),
    ]),
  );
}

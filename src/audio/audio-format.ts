import { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type';
import { type IFormat, parseFromTokenizer } from 'music-metadata';
import { fromStream } from 'strtok3';

/** The containers that Speech-to-Text reads (batch recognition with automatic decoding). */
export type AudioExtension = 'wav' | 'mp3' | 'flac' | 'ogg';

export type AudioType = { readonly extension: AudioExtension; readonly mimeType: string };

const WAV: AudioType = { extension: 'wav', mimeType: 'audio/wav' };
const MP3: AudioType = { extension: 'mp3', mimeType: 'audio/mpeg' };
const FLAC: AudioType = { extension: 'flac', mimeType: 'audio/flac' };
const OGG: AudioType = { extension: 'ogg', mimeType: 'audio/ogg' };

/** By the names that file-type uses; Opus and Speex come in Ogg containers too. */
const TYPES: Readonly<Record<string, AudioType>> = {
  wav: WAV,
  mp3: MP3,
  flac: FLAC,
  ogg: OGG,
  oga: OGG,
  opus: OGG,
  spx: OGG,
};

/**
 * How much of a file these libraries are given. They read byte by byte or item by item without letting
 * anything else run, and files can be made of which each byte is an item: 64 KiB of them take up to a
 * tenth of a second. A WAV may have that much before its samples; the others say what they are at once.
 */
const TYPE_BYTES = 16 * 1024;
const WAV_BYTES = 64 * 1024;
const OTHER_BYTES = 16 * 1024;

/** The type that the first bytes show; `null` for anything that is not usable audio. */
export async function audioTypeOf(head: Uint8Array): Promise<AudioType | null> {
  const found = await fileTypeFromBuffer(head.subarray(0, TYPE_BYTES));
  return found === undefined ? null : (TYPES[found.ext] ?? null);
}

/**
 * The format of a file other than an MP3 according to its first bytes and its whole length; `null` when
 * they cannot be parsed. The duration is that of the whole file only where a header states it (WAV, FLAC).
 */
export async function formatOfHead(
  type: AudioType,
  head: Uint8Array,
  wholeBytes: number,
): Promise<IFormat | null> {
  const mayHold = head.subarray(0, type.extension === 'wav' ? WAV_BYTES : OTHER_BYTES);
  const fileInfo = { mimeType: type.mimeType, size: wholeBytes };
  const audio = Readable.from([mayHold], { objectMode: false });
  const tokenizer = await fromStream(audio, { fileInfo });
  try {
    return (await parseFromTokenizer(tokenizer, { duration: true, skipCovers: true })).format;
  } catch {
    return null;
  } finally {
    await tokenizer.close();
  }
}

import { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type';
import { type IFormat, parseFromTokenizer } from 'music-metadata';
import { fromStream, type IFileInfo } from 'strtok3';

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
 * The largest single item that a parser may read into memory, say a picture in an MP3's tag: a
 * header that claims gigabytes must not get them.
 */
const MAX_BUFFER_BYTES = 4 * 1024 * 1024;

/** The type that the first bytes show; `null` for anything that is not usable audio. */
export async function audioTypeOf(head: Uint8Array): Promise<AudioType | null> {
  const found = await fileTypeFromBuffer(head);
  return found === undefined ? null : (TYPES[found.ext] ?? null);
}

/**
 * The format of a file according to its first bytes and its whole length; `null` when they cannot be
 * parsed. The duration is that of the whole file only where a header states it (WAV, FLAC).
 */
export async function formatOfHead(
  type: AudioType,
  head: Uint8Array,
  wholeBytes: number,
): Promise<IFormat | null> {
  const audio = Readable.from([head], { objectMode: false });
  return await parse(audio, { mimeType: type.mimeType, size: wholeBytes });
}

/** The format of a file according to all its frames; `null` when it cannot be parsed. Reads all of it. */
export async function formatOfWhole(type: AudioType, audio: Readable): Promise<IFormat | null> {
  return await parse(audio, { mimeType: type.mimeType });
}

async function parse(audio: Readable, fileInfo: IFileInfo): Promise<IFormat | null> {
  const tokenizer = await fromStream(audio, { fileInfo, maxBufferSize: MAX_BUFFER_BYTES });
  try {
    return (await parseFromTokenizer(tokenizer, { duration: true, skipCovers: true })).format;
  } catch {
    return null;
  } finally {
    await tokenizer.close();
  }
}

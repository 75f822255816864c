import { Readable } from 'node:stream';
import type { IFormat } from 'music-metadata';
import { ServiceError } from '../../domain/service-error.ts';
import { type AudioExtension, type AudioType, audioTypeOf, formatOfHead } from './audio-format.ts';
import { createFormatMeter } from './format-meter.ts';

/** What the bytes of a recording say of it, whatever anybody claims. */
export type AudioFacts = {
  readonly extension: AudioExtension;
  readonly mimeType: string;
  /** music-metadata's name, for instance `PCM`, `GSM610`, `MPEG 2.5 Layer 3`; '' when unknown. */
  readonly codec: string;
  readonly channels: number | null;
  readonly sampleRateHertz: number | null;
  readonly durationSeconds: number | null;
};

export type InspectedAudio = {
  readonly extension: AudioExtension;
  readonly mimeType: string;
  /** The same bytes, from the first one on. */
  readonly audio: Readable;
  /** Known once `audio` was read to its end; rejected when it ended otherwise. */
  readonly facts: Promise<AudioFacts>;
};

/** Holds the headers of everything a phone system writes; an MP3 with a picture may exceed it. */
const HEAD_BYTES = 64 * 1024;

/**
 * The length of a file that is still on its way: the largest a WAV header can state, so that its
 * own claim decides (0xffffffff in a header stands for "unknown").
 */
const UNKNOWN_SIZE = 0xffff_fffe;

type Head = { readonly bytes: Buffer; readonly isWhole: boolean };

/**
 * Reads type and format from a recording's bytes while it flows by.
 *
 * @throws ServiceError RECORDING_UNREADABLE before anything is passed on when it is not audio that
 * can be used (a web page, an empty or a foreign file, a damaged header, no samples); what the
 * source throws.
 */
export async function inspectAudio(audio: Readable): Promise<InspectedAudio> {
  const source: AsyncIterator<Buffer> = audio[Symbol.asyncIterator]();
  const head = await readHead(source);
  const type = await audioTypeOf(head.bytes);
  if (type === null) throw unreadable(audio, 'it is not a WAV, MP3, FLAC or Ogg file');
  const format = await formatOfHead(
    type,
    head.bytes,
    head.isWhole ? head.bytes.length : UNKNOWN_SIZE,
  );
  const fault = faultOf(type, head, format);
  if (fault !== null) throw unreadable(audio, fault);
  const { promise: facts, resolve, reject } = Promise.withResolvers<AudioFacts>();
  // Whoever reads `audio` sees its failure there; the facts of a failed stream need no reader.
  facts.catch(() => {});
  const passed = Readable.from(passOn(type, head.bytes, source, resolve), { objectMode: false });
  passed.once('close', () =>
    reject(passed.errored ?? new Error('The audio was not read to its end.')),
  );
  return { ...type, audio: passed, facts };
}

async function readHead(source: AsyncIterator<Buffer>): Promise<Head> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < HEAD_BYTES;) {
    const next = await source.next();
    if (next.done) return { bytes: Buffer.concat(chunks), isWhole: true };
    chunks.push(next.value);
    size += next.value.length;
  }
  return { bytes: Buffer.concat(chunks), isWhole: false };
}

function unreadable(audio: Readable, reason: string): ServiceError {
  audio.destroy();
  return new ServiceError(
    'RECORDING_UNREADABLE',
    `The recording cannot be used: ${reason}; check it in the phone system.`,
  );
}

/** Why audio of a known type cannot be used; `null` when it can, as far as its head shows. */
function faultOf(type: AudioType, head: Head, format: IFormat | null): string | null {
  if (format === null || !format.sampleRate || !format.numberOfChannels) {
    // The frames of an MP3 may stand behind a long tag.
    return type.extension === 'mp3' && !head.isWhole ? null : 'its header is damaged';
  }
  // One frame is sound enough, but music-metadata tells no length below five of them.
  if (type.extension === 'mp3') return null;
  // The bit rate of a WAV file is known once the parser has come to the samples.
  const isLengthKnown = head.isWhole || (type.extension === 'wav' && format.bitrate !== undefined);
  return isLengthKnown && !format.duration ? 'it holds no sound' : null;
}

/** The bytes themselves, and at their end the facts. */
async function* passOn(
  type: AudioType,
  head: Buffer,
  source: AsyncIterator<Buffer>,
  done: (facts: AudioFacts) => void,
): AsyncGenerator<Buffer> {
  // The length of an MP3 or Ogg file shows in its frames only; a WAV or FLAC file has a header.
  const meter =
    type.extension === 'mp3' || type.extension === 'ogg' ? createFormatMeter(type) : null;
  let sizeBytes = 0;
  try {
    for await (const chunk of concat(head, source)) {
      sizeBytes += chunk.length;
      await meter?.write(chunk);
      yield chunk;
    }
    const whole = meter === null ? null : await meter.end();
    const format = whole ?? (await formatOfHead(type, head, sizeBytes));
    const isLengthKnown = meter === null || whole !== null;
    done({
      ...type,
      codec: format?.codec ?? '',
      channels: format?.numberOfChannels ?? null,
      sampleRateHertz: format?.sampleRate ?? null,
      durationSeconds: isLengthKnown ? (format?.duration ?? null) : null,
    });
  } finally {
    meter?.stop();
  }
}

async function* concat(head: Buffer, source: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* { [Symbol.asyncIterator]: () => source };
}

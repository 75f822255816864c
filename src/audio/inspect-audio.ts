import { Readable } from 'node:stream';
import { MAX_INTEGER, MAX_SECONDS } from '../domain/bounded-number.ts';
import { ServiceError } from '../domain/service-error.ts';
import { toStorable } from '../domain/storable-text.ts';
import { type AudioExtension, type AudioType, audioTypeOf, formatOfHead } from './audio-format.ts';
import { mayHoldFlacFrames } from './flac-frames.ts';
import type { LengthMeter, SoundFormat } from './length-meter.ts';
import { createMp3Meter } from './mp3-meter.ts';
import { createOggMeter } from './ogg-meter.ts';
import { durationOf, type Format } from './duration-of.ts';
import { repairHead } from './repair-head.ts';
import { readWavHeader, type WavHeader } from './wav-header.ts';

/** What the bytes of a recording say about it, whatever its sender claims. */
export type AudioFacts = {
  readonly extension: AudioExtension;
  readonly mimeType: string;
  /** music-metadata's name, for instance `PCM`, `GSM610`, `MPEG 2.5 Layer 3`; '' when unknown. */
  readonly codec: string;
  readonly channels: number;
  /**
   * The rate at which the sound was recorded. An Opus decoder always gives 48 kHz; this is the rate
   * before encoding, because that tells a telephone line from a microphone.
   */
  readonly sampleRateHertz: number;
  /** Of each sample, as the header states it; `null` where the codec has no such width. */
  readonly bitsPerSample: number | null;
  /** `null` when neither a header nor the frames say, as of a FLAC that was written into a pipe. */
  readonly durationSeconds: number | null;
};

/** Hears the bytes of a recording as they flow by. */
export type Tap = { write(chunk: Uint8Array): Promise<void>; stop(): void };

export type InspectedAudio = {
  readonly extension: AudioExtension;
  readonly mimeType: string;
  /** The same bytes, from the start. */
  readonly audio: Readable;
  /** Resolves once `audio` was read to its end; rejects when it ended in another way. */
  readonly facts: Promise<AudioFacts>;
};

const NO_TAP: Tap = { write: () => Promise.resolve(), stop: () => undefined };

/** A long tag may stand before an MP3's first frame; what is two channels is heard as two. */
const DEFAULT_CHANNELS = 2;

/** Enough for the headers of everything a phone system writes; an MP3 with a picture may exceed it. */
const HEAD_BYTES = 64 * 1024;

/**
 * The length of a file that is still arriving: the largest that a WAV header can state, so that its
 * own claim decides (0xffffffff in a header stands for "unknown").
 */
const UNKNOWN_SIZE = 0xffff_fffe;

type Head = {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
  /** `null` for other formats, and where the samples begin beyond the head. */
  readonly wav: WavHeader | null;
};

/**
 * Reads the type and format of a recording from its bytes as they flow by. What `openTap` returns is
 * given them too, and is stopped unless it was given all of them; it is told the number of channels,
 * as far as the head shows it.
 *
 * @throws ServiceError RECORDING_UNREADABLE, before anything is passed on, when it is not usable
 * audio (a web page, an empty file, a file of another kind, a damaged header, no samples); what the
 * source throws. `audio` itself fails with RECORDING_UNREADABLE when no frame of it could be read,
 * and with RECORDING_CORRUPT when a WAV has fewer samples than its header states.
 */
export async function inspectAudio(
  audio: Readable,
  openTap: (extension: AudioExtension, channels: number) => Tap = () => NO_TAP,
): Promise<InspectedAudio> {
  const source: AsyncIterator<Buffer> = audio[Symbol.asyncIterator]();
  const head = await readHead(source);
  const type = await audioTypeOf(head.bytes);
  if (type === null) throw unreadable(audio, 'it is not a WAV, MP3, FLAC or Ogg file');
  const meter = meterOf(type);
  meter?.add(head.bytes);
  const format = await formatOf(
    { type, head, meter },
    head.isWhole ? head.bytes.length : UNKNOWN_SIZE,
  );
  const fault = faultOf({ type, head, meter }, format);
  if (fault !== null) throw unreadable(audio, fault);
  const { promise: facts, resolve, reject } = Promise.withResolvers<AudioFacts>();
  // The reader of `audio` sees its failure there; the facts of a failed stream need no reader.
  facts.catch(() => {});
  const tap = openTap(type.extension, format?.numberOfChannels ?? DEFAULT_CHANNELS);
  const passed = Readable.from(passOn({ type, head, meter, source, tap, onFacts: resolve }), {
    objectMode: false,
  });
  passed.once('close', () =>
    reject(passed.errored ?? new Error('The audio was not read to its end.')),
  );
  return { ...type, audio: passed, facts };
}

async function readHead(source: AsyncIterator<Buffer>): Promise<Head> {
  const chunks: Buffer[] = [];
  let isWhole = false;
  for (let size = 0; size < HEAD_BYTES && !isWhole;) {
    const next = await source.next();
    if (next.done) isWhole = true;
    else {
      chunks.push(next.value);
      size += next.value.length;
    }
  }
  const bytes = Buffer.concat(chunks);
  return { bytes, isWhole, wav: readWavHeader(bytes, isWhole ? bytes.length : null) };
}

function unreadable(audio: Readable | null, reason: string): ServiceError {
  audio?.destroy();
  return new ServiceError('RECORDING_UNREADABLE', `The recording cannot be used: ${reason}.`);
}

/** What is known of a recording when its head is there. */
type Begun = {
  readonly type: AudioType;
  readonly head: Head;
  readonly meter: LengthMeter | null;
};

/** The length of an MP3 or Ogg file shows only in its frames; a WAV or FLAC file has a header. */
function meterOf({ extension }: AudioType): LengthMeter | null {
  if (extension === 'mp3') return createMp3Meter();
  return extension === 'ogg' ? createOggMeter() : null;
}

/** The format, and where a header states it the length; `null` when nothing says it yet. */
function formatOf({ type, head, meter }: Begun, sizeBytes: number): Promise<Format | null> {
  if (type.extension !== 'mp3')
    return formatOfHead(type, repairHead(type, head.bytes, head.wav), sizeBytes);
  const format = meter?.format() ?? null;
  return Promise.resolve(format && toFormat(format));
}

function toFormat({ codec, channels, sampleRate }: SoundFormat): Format {
  return { codec, numberOfChannels: channels, sampleRate };
}

/** Why audio of a known type cannot be used; `null` when it can, as far as its head shows. */
function faultOf(begun: Begun, format: Format | null): string | null {
  const { type, head } = begun;
  if (format === null || !format.sampleRate || !format.numberOfChannels) {
    // The frames of an MP3 may come after a long tag.
    return type.extension === 'mp3' && !head.isWhole ? null : 'its header is damaged';
  }
  return isSilentByForm(begun, format) ? 'it holds no sound' : null;
}

/** Whether it cannot contain a single sample. */
function isSilentByForm({ type, head, meter }: Begun, format: Format): boolean {
  const { bytes, isWhole, wav } = head;
  if (wav !== null) return wav.claimedBytes === 0 || (isWhole && bytes.length <= wav.dataAt);
  // A WAV whose samples begin beyond its head: nothing is known about them yet.
  if (!isWhole) return false;
  switch (type.extension) {
    case 'mp3':
      return false;
    case 'flac':
      // A FLAC that was written into a pipe states no duration.
      return !format.duration && !mayHoldFlacFrames(bytes);
    default:
      return meter === null ? !format.duration : meter.end(format.sampleRate ?? null) === null;
  }
}

/** Yields the bytes, and reports the facts at their end. */
async function* passOn({
  source,
  tap,
  onFacts,
  ...begun
}: Begun & {
  readonly source: AsyncIterator<Buffer>;
  readonly tap: Tap;
  readonly onFacts: (facts: AudioFacts) => void;
}): AsyncGenerator<Buffer> {
  const { type, head, meter } = begun;
  let sizeBytes = head.bytes.length;
  let isWhole = false;
  try {
    await tap.write(head.bytes);
    yield head.bytes;
    for await (const chunk of { [Symbol.asyncIterator]: () => source }) {
      sizeBytes += chunk.length;
      meter?.add(chunk);
      await tap.write(chunk);
      yield chunk;
    }
    const stated = await formatOf(begun, sizeBytes);
    const format =
      meter === null ? stated : { ...stated, duration: meter.end(stated?.sampleRate ?? null) };
    onFacts(toFacts(type, format, durationOf(head.wav, sizeBytes, format)));
    isWhole = true;
  } finally {
    if (!isWhole) tap.stop();
  }
}

function toFacts(
  type: AudioType,
  format: Format | null,
  durationSeconds: number | null,
): AudioFacts {
  const { sampleRate, numberOfChannels, codec, bitsPerSample } = format ?? {};
  if (!sampleRate || !numberOfChannels) throw unreadable(null, 'no frame of it can be read');
  return {
    ...type,
    // For Speex it contains text from the file about its encoder.
    codec: toStorable(codec ?? ''),
    channels: numberOfChannels,
    // A damaged header may state any number of 32 bits.
    sampleRateHertz: Math.min(sampleRate, MAX_INTEGER),
    // Compressed formats in a WAV state 0.
    bitsPerSample: bitsPerSample || null,
    // An impossible length means that the rate is wrong, so the length is unknown.
    durationSeconds:
      durationSeconds !== null && durationSeconds <= MAX_SECONDS ? durationSeconds : null,
  };
}

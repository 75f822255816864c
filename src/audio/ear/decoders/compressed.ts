import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { MPEGDecoder } from 'mpg123-decoder';
import { OggOpusDecoder } from 'ogg-opus-decoder';

import type { Samples } from '../envelope-maker.ts';
import type { Decoder } from './decoder.ts';

/**
 * The most that a decoder is given at once. A kilobyte of FLAC or Opus may unfold to tens of megabytes
 * of silence; MP3 to no more than a second.
 */
const FOLDED_PIECE_BYTES = 1024;
const MP3_PIECE_BYTES = 8 * 1024;

/** What these decoders answer: they report errors beside what they could decode. */
type Decoded = {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly unknown[];
};

type Library = {
  readonly pieceBytes: number;
  decode(bytes: Uint8Array): Promise<Decoded> | Decoded;
  flush(): Promise<Decoded | null>;
  free(): void;
};

/** MP3. The library always gives two channels: of a recording with one, both are the same. */
export async function createMp3Decoder(channels: number): Promise<Decoder> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  return toDecoder({
    pieceBytes: MP3_PIECE_BYTES,
    decode: (bytes) => {
      const decoded = decoder.decode(bytes);
      return { ...decoded, channelData: decoded.channelData.slice(0, channels) };
    },
    flush: () => Promise.resolve(null),
    free: () => decoder.free(),
  });
}

/**
 * Telephones and wide-band telephony use no more; at 48 kHz, the other rate that the library decodes to
 * from any file, the same loudness takes twice the time. Its types do not list the option.
 */
const OPUS_OPTIONS: object = { sampleRate: 16_000 };

/** Opus in Ogg. */
export async function createOpusDecoder(): Promise<Decoder> {
  const decoder = new OggOpusDecoder(OPUS_OPTIONS);
  await decoder.ready;
  return toDecoder({
    pieceBytes: FOLDED_PIECE_BYTES,
    decode: (bytes) => decoder.decode(bytes),
    flush: () => decoder.flush(),
    free: () => decoder.free(),
  });
}

/** FLAC, by itself or in Ogg. */
export async function createFlacDecoder(): Promise<Decoder> {
  const decoder = new FLACDecoder();
  await decoder.ready;
  return toDecoder({
    pieceBytes: FOLDED_PIECE_BYTES,
    decode: (bytes) => decoder.decode(bytes),
    flush: () => decoder.flush(),
    free: () => decoder.free(),
  });
}

function toDecoder(library: Library): Decoder {
  let damage = 0;
  function toSamples({ channelData, samplesDecoded, sampleRate, errors }: Decoded): Samples {
    damage += errors.length;
    return {
      channels: channelData.map((channel) => channel.subarray(0, samplesDecoded)),
      sampleRate,
    };
  }
  return {
    pieceBytes: library.pieceBytes,
    decode: async (bytes) => toSamples(await library.decode(bytes)),
    async end() {
      const rest = await library.flush();
      return rest === null ? null : toSamples(rest);
    },
    damage: () => damage,
    samples: () => null,
    free: () => library.free(),
  };
}

import { readWavHeader } from '../../wav-header.ts';
import { MAX_HEARD_CHANNELS } from '../envelope.ts';
import { NotHeardError, type Samples } from '../envelope-maker.ts';
import type { Decoder, SampleFacts } from './decoder.ts';
import { sampleReaderOf, type SampleReader } from './sample-readers.ts';
import { createSampleWindow } from './sample-window.ts';

const PIECE_BYTES = 16 * 1024;

/** No recorder writes more before its samples. */
const MAX_HEADER_BYTES = 64 * 1024;

const NOTHING: Samples = { channels: [], sampleRate: 0 };

/** Reads the samples of a WAV file in which each sample has whole bytes. */
export function createWavDecoder(): Decoder {
  let head: Buffer = Buffer.alloc(0);
  let samples: SampleStream | null = null;
  return {
    pieceBytes: PIECE_BYTES,
    decode(piece) {
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
      if (samples !== null) return samples.read(bytes);
      head = Buffer.concat([head, bytes]);
      const header = readWavHeader(head, null);
      if (header === null) {
        if (head.length > MAX_HEADER_BYTES) throw new NotHeardError('HEADER');
        return NOTHING;
      }
      samples = createSampleStream(
        layoutOf(head, header.subFormat, header.formatTagAt),
        header.claimedBytes,
      );
      return samples.read(head.subarray(header.dataAt));
    },
    end: () => null,
    damage: () => 0,
    samples: () => samples?.facts() ?? null,
    free: () => undefined,
  };
}

type Layout = {
  readonly channels: number;
  readonly sampleRate: number;
  /** Of one sample of each channel. */
  readonly frameBytes: number;
  readonly readSample: SampleReader;
};

function layoutOf(head: Buffer, subFormat: number | null, at: number): Layout {
  const channels = head.readUInt16LE(at + 2);
  const frameBytes = head.readUInt16LE(at + 12);
  if (channels === 0 || channels > MAX_HEARD_CHANNELS) throw new NotHeardError('CHANNELS');
  const readSample = sampleReaderOf(subFormat ?? head.readUInt16LE(at), frameBytes / channels);
  if (readSample === null) throw new NotHeardError('CODEC');
  return { channels, sampleRate: head.readUInt32LE(at + 4), frameBytes, readSample };
}

type SampleStream = ReturnType<typeof createSampleStream>;

function createSampleStream(
  { channels, sampleRate, frameBytes, readSample }: Layout,
  claimedBytes: number | null,
) {
  const window = createSampleWindow(claimedBytes);
  const width = frameBytes / channels;
  // A frame that is split between two pieces waits here for its rest.
  let rest: Buffer = Buffer.alloc(0);
  let sizeBytes = 0;
  return {
    facts: (): SampleFacts => ({ sizeBytes, headerClaimsFewer: window.claimsTooFew() }),
    read(piece: Buffer): Samples {
      const bytes = Buffer.concat([rest, window.take(piece)]);
      const frames = Math.floor(bytes.length / frameBytes);
      sizeBytes += frames * frameBytes;
      rest = bytes.subarray(frames * frameBytes);
      return {
        channels: Array.from({ length: channels }, (_, channel) => {
          const samples = new Float32Array(frames);
          for (let frame = 0, at = channel * width; frame < frames; frame += 1, at += frameBytes)
            samples[frame] = readSample(bytes, at);
          return samples;
        }),
        sampleRate,
      };
    },
  };
}

import type { AudioExtension } from '../../audio/audio-format.ts';
import type { Ear } from '../../audio/ear/ear.ts';
import type { Span } from '../../audio/ear/recording-sound.ts';
import { channelOf } from '../../audio/split-channels.ts';
import type { WavLayout } from '../../audio/wav-layout.ts';
import type { AudioFile } from '../../clients/transcription-server/client.ts';

/** The bytes of a recording from this one on. */
export type OpenRecording = (fromByte: number) => AsyncIterable<Uint8Array>;

/** A channel of a recording as it can be cut into WAV files. */
export type Cutting = {
  readonly seconds: number;
  readonly bytesPerSecond: number;
  /** All of it in one file. */
  readonly whole: AudioFile;
  fileOf(span: Span): AudioFile;
};

/** A channel whose samples are compressed, and what decodes it, which has to be closed. */
export type DecodedCutting = { readonly cutting: Cutting; readonly close: () => void };

/** Rates outside these come from damaged headers: times mean nothing there. */
const LOWEST_RATE = 1_000;
const HIGHEST_RATE = 768_000;

/** The header of a WAV file with one channel, and the byte that pads an odd number of samples. */
export const WAV_OVERHEAD_BYTES = 64;

/** Cuts a channel (1-based) of a WAV file; `null` where its header states an impossible rate. */
export function cuttingOfWav(
  layout: WavLayout,
  channel: number,
  open: OpenRecording,
): Cutting | null {
  const { sampleRateHertz: rate } = layout;
  if (rate < LOWEST_RATE || rate > HIGHEST_RATE) return null;
  const frameBytes = layout.channels * layout.bytesPerSample;
  return cuttingOf(layout, (from, to) => {
    const part = { ...layout, dataOffset: 0, dataBytes: (to - from) * frameBytes };
    const start = layout.dataOffset + from * frameBytes;
    return { ...channelOf(part, channel), open: () => open(start) };
  });
}

/**
 * Cuts a channel whose samples are compressed. They become samples of 16 bits at the rate of the
 * recording: servers bring them to a rate of their own, and each conversion before that would only lose
 * something.
 */
export function cuttingOfCompressed(
  ear: Ear,
  recording: {
    readonly extension: AudioExtension;
    readonly channels: number;
    readonly channel: number;
    readonly sampleRateHertz: number;
    readonly seconds: number;
    readonly open: OpenRecording;
  },
): DecodedCutting {
  const { seconds, ...channel } = recording;
  const { sampleRateHertz } = channel;
  const decoder = ear.openChannel(channel);
  const layout: WavLayout = {
    format: 1,
    channels: 1,
    sampleRateHertz,
    bytesPerSample: 2,
    dataOffset: 0,
    // The length is known to the millisecond: what is missing at the end is silence.
    dataBytes: 2 * Math.ceil(seconds * sampleRateHertz),
  };
  const cutting = cuttingOf(layout, (from, to) => ({
    ...channelOf({ ...layout, dataBytes: 2 * (to - from) }, 1),
    open: () => decoder.read(from, to),
  }));
  return { cutting, close: () => decoder.close() };
}

/** A WAV file, and the bytes that it is made of. */
type Part = ReturnType<typeof channelOf> & { open(): AsyncIterable<Uint8Array> };

/** `read`: the file with the samples from one place to another. */
function cuttingOf(layout: WavLayout, read: (from: number, to: number) => Part): Cutting {
  const { sampleRateHertz, bytesPerSample } = layout;
  const samples = layout.dataBytes / (layout.channels * bytesPerSample);
  const placeOf = (seconds: number) => Math.min(Math.round(seconds * sampleRateHertz), samples);
  return {
    seconds: samples / sampleRateHertz,
    bytesPerSecond: sampleRateHertz * bytesPerSample,
    whole: toFile(read(0, samples)),
    fileOf: ({ startSeconds, endSeconds }) =>
      toFile(read(placeOf(startSeconds), placeOf(endSeconds))),
  };
}

function toFile(part: Part): AudioFile {
  return {
    // The name does not tell the server which call it is.
    name: 'recording.wav',
    mimeType: 'audio/wav',
    sizeBytes: part.sizeBytes,
    content: () => part.read(part.open()),
  };
}

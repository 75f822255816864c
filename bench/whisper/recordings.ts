import type { Prompt } from './prompts.ts';

/** A prompt in a recording. Times are seconds from the start of the recording. */
export type Placed = {
  readonly prompt: Prompt;
  readonly channel: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
};

export type Recording = {
  readonly title: string;
  readonly placed: readonly Placed[];
  readonly seconds: number;
  /** A WAV file. */
  readonly audio: Buffer;
};

const RATE_HERTZ = 8_000;

/** A pause between two speakers, longer than a pause within a sentence. */
const PAUSE_SECONDS = 1.5;

/** About a minute and a half of speech, like a typical call to a service desk. */
const PROMPTS_PER_CALL = 16;

/**
 * Builds calls from the prompts, in their order, as a phone system would record them: alternately with
 * one channel and with two, on which the parties take turns, in 16-bit PCM and in µ-law.
 */
export function makeRecordings(prompts: readonly Prompt[]): Recording[] {
  const count = Math.ceil(prompts.length / PROMPTS_PER_CALL);
  return Array.from({ length: count }, (_, index) => {
    const chosen = prompts.slice(index * PROMPTS_PER_CALL, (index + 1) * PROMPTS_PER_CALL);
    return makeRecording(chosen, index % 2 === 0 ? 1 : 2, index % 4 < 2 ? 'PCM' : 'µ-law');
  });
}

function makeRecording(
  prompts: readonly Prompt[],
  channels: 1 | 2,
  codec: 'PCM' | 'µ-law',
): Recording {
  let frames = toFrames(PAUSE_SECONDS);
  const placed = prompts.map((prompt, index): Placed => {
    const start = frames;
    frames += prompt.samples.length / 2 + toFrames(PAUSE_SECONDS);
    const end = start + prompt.samples.length / 2;
    const channel = channels === 1 ? 1 : 1 + (index % 2);
    return {
      prompt,
      channel,
      startSeconds: start / RATE_HERTZ,
      endSeconds: end / RATE_HERTZ,
    };
  });
  const samples = new Int16Array(frames * channels);
  for (const { prompt, channel, startSeconds } of placed) {
    const first = toFrames(startSeconds);
    for (let index = 0; index < prompt.samples.length / 2; index += 1) {
      samples[(first + index) * channels + channel - 1] = prompt.samples.readInt16LE(index * 2);
    }
  }
  return {
    title: `${channels === 1 ? 'one channel' : 'two channels'}, ${codec}`,
    placed,
    seconds: frames / RATE_HERTZ,
    audio:
      codec === 'PCM' ? toWav(1, channels, toBytes(samples)) : toWav(7, channels, toULaw(samples)),
  };
}

function toFrames(seconds: number): number {
  return Math.round(seconds * RATE_HERTZ);
}

function toBytes(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) => bytes.writeInt16LE(sample, index * 2));
  return bytes;
}

/** Eight bits per sample, with finer steps for quiet samples (ITU-T G.711, µ-law). */
function toULaw(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(samples.length);
  samples.forEach((sample, index) => {
    const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
    const exponent = Math.floor(Math.log2(magnitude)) - 7;
    const mantissa = (magnitude >> (exponent + 3)) & 15;
    bytes[index] = ~((sample < 0 ? 128 : 0) | (exponent << 4) | mantissa) & 255;
  });
  return bytes;
}

function toWav(format: 1 | 7, channels: number, data: Buffer): Buffer {
  const sampleBytes = format === 1 ? 2 : 1;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(format, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(RATE_HERTZ, 24);
  header.writeUInt32LE(RATE_HERTZ * channels * sampleBytes, 28);
  header.writeUInt16LE(channels * sampleBytes, 32);
  header.writeUInt16LE(8 * sampleBytes, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { hasPrompts, readPrompts } from '../../bench/whisper/prompts.ts';

const SAMPLES = join(import.meta.dirname, '../../sandbox/samples');
const RATE = 8_000;

/** What is around a sentence of the samples belongs to it, as far as it is no part of the next. */
const AROUND_SECONDS = 0.1;

/** Speech of a telephone, at its loudness (RMS). */
const LOUDNESS = 10 ** (-20 / 20);

/** A sentence that somebody says, at 8 kHz, at -20 dB, without the silence around it. */
export type Sentence = { readonly text: string; readonly samples: Float32Array };

type TimedWord = {
  readonly channel: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
};

/** The sentences of the sandbox's calls, which a speech synthesiser says; the same everywhere. */
export function spokenSentences(): Sentence[] {
  return readdirSync(SAMPLES)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { audio, words = [] } = JSON.parse(readFileSync(join(SAMPLES, name), 'utf8')) as {
        audio: string;
        words?: readonly TimedWord[];
      };
      // Their samples are read as they are.
      const file = audio.endsWith('.wav') ? readFileSync(join(SAMPLES, audio)) : null;
      return file?.readUInt16LE(20) === 1 ? sentencesIn(file, words) : [];
    });
}

/** The sentences of a human voice, which telephone systems play; `null` where they are not installed. */
export function humanSentences(): Sentence[] | null {
  if (!hasPrompts()) return null;
  return readPrompts()
    .map(({ text, samples }) => ({ text, samples: trimmed(floatsOf(samples, 1, 0)) }))
    .filter(({ samples }) => samples.length < 5 * RATE);
}

function sentencesIn(file: Buffer, words: readonly TimedWord[]): Sentence[] {
  const channels = file.readUInt16LE(22);
  const at = file.indexOf('data', 12, 'latin1') + 8;
  const tracks = Array.from({ length: channels }, (_, index) =>
    floatsOf(file.subarray(at), channels, index),
  );
  const sentences: Sentence[] = [];
  let from = 0;
  for (const [index, { channel, end, text }] of words.entries()) {
    if (!/[.?!]$/.test(text)) continue;
    const own = words.slice(from, index + 1);
    const before = words[from - 1]?.end ?? 0;
    const next = words[index + 1]?.start ?? Infinity;
    const start = own[0]?.start ?? 0;
    const first = Math.max((before + start) / 2, start - AROUND_SECONDS);
    const last = Math.min((end + next) / 2, end + 2 * AROUND_SECONDS);
    const track = tracks[channel - 1] ?? new Float32Array(0);
    sentences.push({
      text: own.map((word) => word.text).join(' '),
      samples: trimmed(track.subarray(Math.round(first * RATE), Math.round(last * RATE))),
    });
    from = index + 1;
  }
  return sentences;
}

function floatsOf(pcm: Buffer, channels: number, channel: number): Float32Array {
  const length = Math.floor(pcm.length / 2 / channels);
  return Float32Array.from(
    { length },
    (_, index) => pcm.readInt16LE((index * channels + channel) * 2) / 32_768,
  );
}

/** Without silence around it, and as loud as every other. */
function trimmed(samples: Float32Array): Float32Array {
  const isLoud = (sample: number) => Math.abs(sample) > 0.005;
  const start = samples.findIndex(isLoud);
  const spoken = samples.slice(start, samples.findLastIndex(isLoud) + 1);
  const power = spoken.reduce((sum, sample) => sum + sample ** 2, 0) / spoken.length;
  const gain = LOUDNESS / Math.sqrt(power);
  return spoken.map((sample) => Math.max(-1, Math.min(1, sample * gain)));
}

import { createWavDecoder } from '../../src/audio/ear/decoders/wav.ts';
import { createEnvelopeMaker } from '../../src/audio/ear/envelope-maker.ts';
import { FRAMES_PER_SECOND } from '../../src/audio/ear/envelope.ts';
import { fromDecibels } from '../../src/audio/ear/loudness.ts';
import { RATE } from './studio.ts';

/** Which channel of a recording a file is (1-based; `null`: all together), and from when to when. */
export type Place = { readonly channel: number | null; readonly from: number; readonly to: number };

/** Finds the place where a file sounds like a recording with these channels. */
export function placeOf(file: Buffer, channels: readonly Float32Array[]): Place {
  const seconds = (channels[0]?.length ?? 0) / RATE;
  const sent = file.toString('latin1', 0, 4) === 'RIFF' ? decoded(file) : null;
  if (sent === null || sent.channels.length !== 1)
    return { channel: channels.length === 1 ? 1 : null, from: 0, to: seconds };
  const energies = energiesOf(sent.channels[0] ?? new Float32Array(0), sent.sampleRate);
  let best = { channel: 1, at: 0, distance: Infinity };
  for (const [index, own] of channels.entries()) {
    const all = energiesOf(own, RATE);
    const last = Math.max(0, all.length - energies.length);
    for (let at = 0; at <= last; at += 1) {
      const distance = distanceTo(energies, all, at);
      if (distance < best.distance) best = { channel: index + 1, at, distance };
    }
  }
  const from = best.at / FRAMES_PER_SECOND;
  const to = Math.min(seconds, from + energies.length / FRAMES_PER_SECOND);
  return { channel: best.channel, from, to };
}

/** Below this, formats have noise of their own: 8 bits the most. */
const FAINT = fromDecibels(-45);

function distanceTo(energies: Uint8Array, all: Uint8Array, at: number): number {
  let sum = 0;
  for (let frame = 0; frame < energies.length; frame += 1)
    sum += Math.abs(Math.max(FAINT, energies[frame] ?? 0) - Math.max(FAINT, all[at + frame] ?? 0));
  return sum;
}

function energiesOf(samples: Float32Array, sampleRate: number): Uint8Array {
  const maker = createEnvelopeMaker();
  maker.add({ channels: [samples], sampleRate });
  return maker.end().envelope.channels[0]?.energies ?? new Uint8Array(0);
}

/** The samples of a WAV file; `null` for one that is coded. */
function decoded(file: Buffer) {
  try {
    const decoder = createWavDecoder();
    const samples = decoder.decode(file);
    return samples instanceof Promise ? null : samples;
  } catch {
    return null;
  }
}

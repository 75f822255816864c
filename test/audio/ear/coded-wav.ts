export type Coding = 'pcm16' | 'mulaw' | 'alaw';

const FORMATS = { pcm16: 1, alaw: 6, mulaw: 7 } as const;

/** A WAV file with these channels (samples from -1 to 1) in this coding. */
export function codedWav(
  channels: readonly Float32Array[],
  sampleRate: number,
  coding: Coding,
): Buffer {
  const width = coding === 'pcm16' ? 2 : 1;
  const frames = channels[0]?.length ?? 0;
  const samples = Buffer.alloc(frames * channels.length * width);
  for (const [index, channel] of channels.entries())
    for (const [frame, value] of channel.entries()) {
      const sample = Math.round(Math.max(-1, Math.min(1, value)) * 32_767);
      const at = (frame * channels.length + index) * width;
      if (coding === 'pcm16') samples.writeInt16LE(sample, at);
      else samples.writeUInt8(coding === 'mulaw' ? toMuLaw(sample) : toALaw(sample), at);
    }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(samples.length + 36, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(FORMATS[coding], 20);
  header.writeUInt16LE(channels.length, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels.length * width, 28);
  header.writeUInt16LE(channels.length * width, 32);
  header.writeUInt16LE(8 * width, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

/** ITU-T G.711, µ-law: sign, three bits of exponent, four of mantissa, all inverted. */
function toMuLaw(sample: number): number {
  const magnitude = Math.min(32_635, Math.abs(sample)) + 132;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

/** ITU-T G.711, A-law: likewise, with every second bit inverted. */
function toALaw(sample: number): number {
  const magnitude = Math.min(32_767, Math.abs(sample));
  const exponent = Math.max(0, Math.floor(Math.log2(Math.max(1, magnitude))) - 7);
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55;
}

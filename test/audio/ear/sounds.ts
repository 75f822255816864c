/** A stretch of one channel; `decibels` below full scale. */
export type Stretch = {
  readonly seconds: number;
  readonly kind: 'zeros' | 'noise' | 'voice' | 'tone';
  readonly decibels?: number;
  /** Of a voice, a second. */
  readonly syllables?: number;
};

/** A channel of generated sound, the same each time. */
export function channelOf(stretches: readonly Stretch[], sampleRate = 8_000): Float32Array {
  const parts = stretches.map(({ seconds, kind, decibels = -20, syllables = 4 }) => {
    const amplitude = 10 ** (decibels / 20);
    let state = 0x2545_f491;
    return Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, index) => {
      const at = index / sampleRate;
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const hiss = (state / 2 ** 31) * amplitude;
      if (kind === 'zeros') return 0;
      if (kind === 'noise') return hiss;
      if (kind === 'tone') return amplitude * Math.sin(2 * Math.PI * 50 * at);
      // Syllables, each of which rises and falls as spoken ones do.
      return hiss * (0.1 + 0.9 * Math.sin(Math.PI * syllables * at) ** 2);
    });
  });
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A WAV file of 16-bit PCM at 8 kHz with these channels; `claimedBytes`: what its header states. */
export function wavOf(channels: readonly Float32Array[], claimedBytes?: number): Buffer {
  const frames = Math.max(...channels.map(({ length }) => length));
  const samples = Buffer.alloc(frames * channels.length * 2);
  for (const [index, channel] of channels.entries())
    for (const [frame, sample] of channel.entries())
      samples.writeInt16LE(
        Math.round(Math.max(-1, Math.min(1, sample)) * 32_767),
        (frame * channels.length + index) * 2,
      );
  const header = Buffer.alloc(44);
  const claimed = claimedBytes ?? samples.length;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(claimed + 36, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels.length, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000 * channels.length, 28);
  header.writeUInt16LE(2 * channels.length, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(claimed, 40);
  return Buffer.concat([header, samples]);
}

/** The sound of every call of the bench: 8 kHz, 16 bit, two channels that speak in turns. */
const RATE = 8_000;
const CHANNELS = 2;
const BYTES_PER_SAMPLE = 2;
const HEADER_BYTES = 44;

/**
 * A WAV file of so many seconds. Short by default, because listening is work that grows with the length of a call,
 * and has a bench of its own (`npm run bench:ear`).
 */
export function recordingOf(seconds: number): Buffer {
  const frames = Math.round(seconds * RATE);
  const frameBytes = CHANNELS * BYTES_PER_SAMPLE;
  const wav = Buffer.alloc(HEADER_BYTES + frames * frameBytes);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(CHANNELS, 22);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(RATE * frameBytes, 28);
  wav.writeUInt16LE(frameBytes, 32);
  wav.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(frames * frameBytes, 40);
  for (let frame = 0; frame < frames; frame += 1) {
    const speaker = Math.floor((frame * 4) / frames) % CHANNELS;
    const syllable = 0.1 + 0.9 * Math.sin((Math.PI * 4 * frame) / RATE) ** 2;
    const voice = 8_000 * syllable * Math.sin((2 * Math.PI * 180 * frame) / RATE);
    wav.writeInt16LE(Math.round(voice), HEADER_BYTES + frame * frameBytes + speaker * 2);
  }
  return wav;
}

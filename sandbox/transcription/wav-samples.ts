/** The samples of a WAV file and their layout. */
export type WavSamples = {
  readonly channels: number;
  readonly bytesPerSample: number;
  readonly bytesPerSecond: number;
  readonly samples: Buffer;
};

/** Finds the samples in a WAV file; null if the file is not WAV, or if its codec packs samples. */
export function readWav(file: Buffer): WavSamples | null {
  const format = chunkOf(file, 'fmt ');
  const samples = chunkOf(file, 'data');
  if (format === null || samples === null || format.length < 16) {
    return null;
  }
  const channels = format.readUInt16LE(2);
  const bytesPerSample = format.readUInt16LE(12) / channels;
  return Number.isInteger(bytesPerSample)
    ? { channels, bytesPerSample, bytesPerSecond: format.readUInt32LE(8), samples }
    : null;
}

function chunkOf(file: Buffer, wanted: string): Buffer | null {
  if (file.toString('latin1', 0, 4) !== 'RIFF') {
    return null;
  }
  for (let at = 12; at + 8 <= file.length;) {
    const length = file.readUInt32LE(at + 4);
    if (file.toString('latin1', at, at + 4) === wanted) {
      return file.subarray(at + 8, at + 8 + length);
    }
    at += 8 + length + (length % 2);
  }
  return null;
}

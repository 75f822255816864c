import { ServiceError } from '../../domain/service-error.ts';

/** An archived recording. What is `null` was not known when it was archived. */
export type SpeechAudio = {
  /** gs://bucket/object */
  readonly uri: string;
  readonly mimeType: string | null;
  /** As src/clients/audio names it. */
  readonly codec: string | null;
  readonly bitsPerSample: number | null;
  readonly channels: number | null;
  readonly sampleRateHertz: number | null;
  readonly durationSeconds: number | null;
};

/** What Speech-to-Text takes (ExplicitDecodingConfig of its v2 reference). */
const MOST_CHANNELS = 8;
const LEAST_HERTZ = 8_000;
const MOST_HERTZ = 48_000;

/**
 * What it decodes by itself of the formats that are archived (AutoDetectDecodingConfig of its v2
 * reference): samples of 16 bits, µ-law and A-law in WAV, FLAC, MP3, Opus in Ogg. GSM 6.10, samples
 * of other widths, ADPCM, Vorbis, Speex and FLAC in Ogg are not among them.
 */
const READABLE: readonly {
  readonly mimeType: string;
  readonly codec: RegExp;
  readonly bitsPerSample?: number;
}[] = [
  { mimeType: 'audio/wav', codec: /^PCM$/, bitsPerSample: 16 },
  { mimeType: 'audio/wav', codec: /^(?:MULAW|ALAW)$/ },
  { mimeType: 'audio/flac', codec: /^FLAC$/ },
  { mimeType: 'audio/mpeg', codec: /^MPEG [\d.]+ Layer 3$/ },
  { mimeType: 'audio/ogg', codec: /^Opus$/ },
];

/**
 * Throws SPEECH_FORMAT_UNSUPPORTED for audio that Speech-to-Text cannot decode, before anything is
 * paid. What nobody knows of the audio is left to Google.
 */
export function refuseUnreadable(audio: SpeechAudio): void {
  const { channels, sampleRateHertz } = audio;
  if (!isCodecReadable(audio)) {
    throw unsupported(audio, `it is ${nameOf(audio)}, which Speech-to-Text does not decode`);
  }
  if (channels !== null && channels > MOST_CHANNELS) {
    throw unsupported(
      audio,
      `it has ${channels} channels, and Speech-to-Text takes up to ${MOST_CHANNELS}`,
    );
  }
  // A decoder of Opus gives at most 48 kHz, whatever went in.
  const isRateFixed = audio.codec === 'Opus';
  const isRateBad =
    sampleRateHertz !== null && (sampleRateHertz < LEAST_HERTZ || sampleRateHertz > MOST_HERTZ);
  if (isRateBad && !isRateFixed) {
    throw unsupported(
      audio,
      `it has ${sampleRateHertz} samples a second, and Speech-to-Text takes ${LEAST_HERTZ} to ${MOST_HERTZ}`,
    );
  }
}

function isCodecReadable({ mimeType, codec, bitsPerSample }: SpeechAudio): boolean {
  if (mimeType === null || codec === null || codec === '') return true;
  return READABLE.some(
    (format) =>
      format.mimeType === mimeType &&
      format.codec.test(codec) &&
      (format.bitsPerSample === undefined ||
        bitsPerSample === null ||
        format.bitsPerSample === bitsPerSample),
  );
}

function nameOf({ codec, mimeType, bitsPerSample }: SpeechAudio): string {
  const width = codec === 'PCM' && bitsPerSample !== null ? ` of ${bitsPerSample} bits` : '';
  return `${codec}${width} in ${mimeType}`;
}

/** Audio that cannot be submitted as it is. */
export function unsupported(audio: SpeechAudio, why: string): ServiceError {
  const { codec, bitsPerSample, channels, sampleRateHertz } = audio;
  return new ServiceError(
    'SPEECH_FORMAT_UNSUPPORTED',
    `The audio was not submitted: ${why}; record in another format, or transcribe with another provider.`,
    { context: { codec, bitsPerSample, channels, sampleRateHertz } },
  );
}

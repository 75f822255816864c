import { ServiceError } from '../../domain/service-error.ts';

/** An archived recording. A `null` was not known when it was archived. */
export type SpeechAudio = {
  /** gs://bucket/object */
  readonly uri: string;
  readonly mimeType: string | null;
  /** As src/audio names it. */
  readonly codec: string | null;
  readonly bitsPerSample: number | null;
  readonly channels: number | null;
  readonly sampleRateHertz: number | null;
  readonly durationSeconds: number | null;
};

/** What Speech-to-Text accepts (ExplicitDecodingConfig in its v2 reference). */
const MAX_CHANNELS = 8;
const MIN_HERTZ = 8_000;
const MAX_HERTZ = 48_000;

/**
 * Those of the archived formats that it decodes by itself (AutoDetectDecodingConfig in its v2
 * reference): 16-bit PCM, µ-law and A-law in WAV, FLAC, MP3, Opus in Ogg. GSM 6.10, PCM of other
 * widths, ADPCM, Vorbis, Speex and FLAC in Ogg are not among them.
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
 * paid. Audio of which too little is known is left to Google.
 */
export function refuseUnreadable(audio: SpeechAudio): void {
  const { channels, sampleRateHertz } = audio;
  if (!isCodecReadable(audio)) {
    throw unsupported(audio, `it is ${nameOf(audio)}, which Speech-to-Text does not decode`);
  }
  if (channels !== null && channels > MAX_CHANNELS) {
    throw unsupported(
      audio,
      `it has ${channels} channels, and Speech-to-Text accepts up to ${MAX_CHANNELS}`,
    );
  }
  // An Opus decoder gives at most 48 kHz, whatever was encoded.
  const isRateFixed = audio.codec === 'Opus';
  const isRateBad =
    sampleRateHertz !== null && (sampleRateHertz < MIN_HERTZ || sampleRateHertz > MAX_HERTZ);
  if (isRateBad && !isRateFixed) {
    throw unsupported(
      audio,
      `it has ${sampleRateHertz} samples a second, and Speech-to-Text accepts ${MIN_HERTZ} to ${MAX_HERTZ}`,
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

/** The error for audio that cannot be submitted as it is. */
export function unsupported(audio: SpeechAudio, why: string): ServiceError {
  const { codec, bitsPerSample, channels, sampleRateHertz } = audio;
  return new ServiceError('SPEECH_FORMAT_UNSUPPORTED', `The audio was not submitted: ${why}.`, {
    context: { codec, bitsPerSample, channels, sampleRateHertz },
  });
}

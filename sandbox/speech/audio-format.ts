import { parseStream } from 'music-metadata';
import type { ObjectStorage, StoredObject } from '../core/context.ts';
import { MODELS } from './models.ts';
import type { RecognitionConfig } from './protocol.ts';
import { v2 } from './protocol.ts';
import { rpcError } from './rpc-error.ts';

export type AudioFormat = { readonly channels: number; readonly seconds: number };

/** The formats that Google documents for automatic decoding, in music-metadata's names. GSM 6.10 is not one of them. */
const SUPPORTED: readonly { container: RegExp; codec: RegExp }[] = [
  { container: /^WAVE/, codec: /^(PCM|MULAW|ALAW)$/ },
  { container: /^FLAC/, codec: /^FLAC/ },
  { container: /^(MPEG|ID3)/, codec: /^MPEG .* Layer 3$/ },
  { container: /^Ogg/, codec: /^Opus/ },
  { container: /webm/i, codec: /OPUS/i },
  { container: /^(M4A|MP4|isom|mp42|qt)/i, codec: /AAC/i },
];

const { AudioEncoding } = v2.ExplicitDecodingConfig;
/** The bytes per sample of headerless audio, by the encoding's number. */
const SAMPLE_BYTES = new Map<number, number>([
  [AudioEncoding.LINEAR16, 2],
  [AudioEncoding.MULAW, 1],
  [AudioEncoding.ALAW, 1],
]);

/**
 * Determines how a file is decoded, from its header or from the request.
 *
 * @throws RpcError INVALID_ARGUMENT with Google's sentences for an empty file and an encoding it does not support.
 */
export async function readFormat(
  storage: ObjectStorage,
  object: StoredObject,
  config: RecognitionConfig,
): Promise<AudioFormat> {
  if (object.size === 0) {
    throw rpcError('INVALID_ARGUMENT', 'Provided file is empty.');
  }
  const explicit = config.explicitDecodingConfig;
  const sampleBytes = SAMPLE_BYTES.get(Number(explicit?.encoding ?? 0));
  if (explicit && sampleBytes !== undefined) {
    const channels = explicit.audioChannelCount ?? 1;
    const bytesPerSecond = (explicit.sampleRateHertz ?? 0) * channels * sampleBytes;
    return checkLength({ channels, seconds: object.size / bytesPerSecond }, config);
  }
  return checkLength(await readHeader(storage, object), config);
}

async function readHeader(storage: ObjectStorage, object: StoredObject): Promise<AudioFormat> {
  const stream = storage.open(object.bucket, object.name);
  if (stream === null) {
    throw rpcError('NOT_FOUND', 'The object vanished while it was read.');
  }
  try {
    const { format } = await parseStream(stream, { size: object.size }, { duration: true });
    const { container = '', codec = '', bitsPerSample, numberOfChannels, duration } = format;
    const isSupported =
      SUPPORTED.some((known) => known.container.test(container) && known.codec.test(codec)) &&
      (codec !== 'PCM' || bitsPerSample === 16);
    if (!isSupported || numberOfChannels === undefined || duration === undefined) {
      throw unsupported();
    }
    return { channels: numberOfChannels, seconds: duration };
  } catch (error) {
    // A file that the parser cannot read could not be decoded either.
    throw error instanceof Error && error.name === 'RpcError' ? error : unsupported();
  } finally {
    stream.destroy();
  }
}

/** The maximum length of a file depends on the model, and on whether word times are requested. */
function checkLength(format: AudioFormat, config: RecognitionConfig): AudioFormat {
  const model = MODELS[config.model ?? ''];
  const isTimed = config.features?.enableWordTimeOffsets === true;
  const maxMinutes = isTimed ? model?.maxMinutesWithWordTimes : model?.maxMinutes;
  if (maxMinutes !== undefined && format.seconds > maxMinutes * 60) {
    throw rpcError(
      'INVALID_ARGUMENT',
      `Audio can be of a maximum of ${String(maxMinutes)} minutes.`,
    );
  }
  return format;
}

function unsupported(): Error {
  return rpcError('INVALID_ARGUMENT', 'Audio data does not appear to be in a supported encoding.');
}

import type { AudioExtension } from '../../audio-format.ts';
import { NotHeardError } from '../envelope-maker.ts';
import type { Decoder } from './decoder.ts';
import { createWavDecoder } from './wav.ts';

/** The header of an Ogg page without the sizes that end it; the first packet begins behind these. */
const OGG_HEADER_BYTES = 27;

/**
 * The decoder for a recording of this type, which its first bytes describe more closely; these must hold
 * the first page of an Ogg file. `channels`: as a header states them. Throws NotHeardError for a codec
 * that no decoder here knows: Vorbis, Speex.
 */
export async function decoderOf(
  extension: AudioExtension,
  head: Uint8Array,
  channels: number,
): Promise<Decoder> {
  if (extension === 'wav') return createWavDecoder();
  // These unpack WebAssembly, which a worker that hears telephone recordings never needs.
  const { createFlacDecoder, createMp3Decoder, createOpusDecoder } =
    await import('./compressed.ts');
  if (extension === 'mp3') return createMp3Decoder(channels);
  if (extension === 'flac') return createFlacDecoder();
  const start = OGG_HEADER_BYTES + (head[OGG_HEADER_BYTES - 1] ?? 0);
  const packet = Buffer.from(head.subarray(start, start + 8)).toString('latin1');
  if (packet === 'OpusHead') return createOpusDecoder();
  if (packet.startsWith('\x7fFLAC')) return createFlacDecoder();
  throw new NotHeardError('CODEC');
}

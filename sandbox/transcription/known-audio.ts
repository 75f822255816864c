import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Word } from '../core/sample-file.ts';
import type { Sample } from '../core/sample.ts';
import type { SampleCatalogue } from '../core/samples.ts';
import { readWav } from './wav-samples.ts';

/** An uploaded file that the sandbox knows: a recording, or one channel of a recording. */
export type KnownAudio = { readonly sample: Sample; readonly words: readonly Word[] | null };

/** A recording is read into memory to split its channels; larger ones than this are generated for tests. */
const MAX_SPLIT_BYTES = 64 * 1024 * 1024;

/**
 * Recognises uploads by their bytes, since the sandbox cannot recognise speech: a whole file by its
 * hash, one channel of a WAV file by the hash of that channel's samples, whatever its header. If several
 * calls have the same audio, the words are those of the first.
 */
export function createKnownAudio(
  samples: SampleCatalogue,
): (upload: Buffer) => Promise<KnownAudio | null> {
  const channelsOf = new WeakMap<Sample, Promise<readonly string[]>>();

  async function readChannels(sample: Sample): Promise<readonly string[]> {
    const { sizeBytes } = await samples.audioFactsOf(sample);
    if (sizeBytes > MAX_SPLIT_BYTES) {
      return [];
    }
    const wav = readWav(await buffer(samples.readAudio(sample)));
    return wav === null || wav.channels < 2 ? [] : splitHashes(wav);
  }

  async function findChannel(hash: string): Promise<KnownAudio | null> {
    for (const sample of samples.list()) {
      const channels = channelsOf.get(sample) ?? readChannels(sample);
      channelsOf.set(sample, channels);
      const index = (await channels).indexOf(hash);
      if (index >= 0) {
        const words = sample.words?.filter(({ channel }) => channel === index + 1) ?? null;
        return { sample, words };
      }
    }
    return null;
  }

  return async (upload) => {
    const whole = await samples.findByAudioSha256(sha256(upload));
    if (whole !== null) {
      return { sample: whole, words: whole.words };
    }
    const wav = readWav(upload);
    return wav?.channels === 1 ? findChannel(sha256(wav.samples)) : null;
  };
}

function splitHashes({
  samples,
  channels,
  bytesPerSample,
}: NonNullable<ReturnType<typeof readWav>>) {
  const frameBytes = channels * bytesPerSample;
  return Array.from({ length: channels }, (_, channel) => {
    const hash = createHash('sha256');
    const first = channel * bytesPerSample;
    for (let at = first; at + bytesPerSample <= samples.length; at += frameBytes) {
      hash.update(samples.subarray(at, at + bytesPerSample));
    }
    return hash.digest('hex');
  });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

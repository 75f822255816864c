import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import type { Ear, Listener } from '../../../src/audio/ear/ear.ts';
import { inspectAudio } from '../../../src/audio/inspect-audio.ts';
import { channelOf } from '../../../src/audio/split-channels.ts';
import { readWavLayout, WAV_HEAD_BYTES } from '../../../src/audio/wav-layout.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import type { HostileFile } from './files.ts';

/**
 * Takes a file through all that reads recordings: the inspection, the ear, the channels of a WAV.
 * Returns what came of it: 'HEARD', the reason why it was not heard, or the code of its refusal. Throws
 * what has no code, and what is no fact.
 */
export async function takeIn(file: HostileFile, ear: Ear): Promise<string> {
  let listener: Listener | null = null;
  const first: Buffer[] = [];
  let size = 0;
  try {
    const { audio, facts } = await inspectAudio(arriving(file), (extension, channels) => {
      listener = ear.listen(extension, channels);
      return listener;
    });
    for await (const chunk of audio as AsyncIterable<Buffer>) {
      if (size < WAV_HEAD_BYTES) first.push(chunk);
      size += chunk.length;
    }
    checkFacts(await facts);
    await split(file, Buffer.concat(first), size);
    const hearing = await (listener as Listener | null)?.end();
    if (hearing === undefined) throw new Error('Nobody was asked to listen.');
    return 'notHeard' in hearing ? hearing.notHeard : 'HEARD';
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw new Error(`${file.name}: ${String(error)}`, { cause: error });
  }
}

/** Each piece in a turn of its own, as from a network. */
function arriving(file: HostileFile): Readable {
  return Readable.from(
    (async function* () {
      for await (const piece of file.pieces()) {
        yield piece;
        await setImmediate();
      }
    })(),
    { objectMode: false },
  );
}

type Facts = Awaited<Awaited<ReturnType<typeof inspectAudio>>['facts']>;

function checkFacts({ channels, sampleRateHertz, durationSeconds }: Facts): void {
  const isLength =
    durationSeconds === null || (durationSeconds >= 0 && Number.isFinite(durationSeconds));
  if (!isLength || !(channels > 0) || !(sampleRateHertz > 0))
    throw new Error(
      `These are no facts: ${channels}, ${sampleRateHertz}, ${String(durationSeconds)}`,
    );
}

/** Reads each channel that the file is said to have, and finds as many bytes as were announced. */
async function split(file: HostileFile, head: Buffer, size: number): Promise<void> {
  const layout = readWavLayout(head, size);
  for (let channel = 1; channel <= (layout?.channels ?? 0); channel += 1) {
    if (layout === null) return;
    const { sizeBytes, read } = channelOf(layout, channel);
    let bytes = 0;
    for await (const piece of read(arriving(file) as AsyncIterable<Uint8Array>))
      bytes += piece.length;
    if (bytes !== sizeBytes) throw new Error(`${bytes} bytes of a channel instead of ${sizeBytes}`);
  }
}

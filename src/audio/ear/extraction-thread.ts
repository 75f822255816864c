// The thread that decodes one channel of one recording: started by channel-decoder.ts.
import { parentPort, workerData } from 'node:worker_threads';

import type { AudioExtension } from '../audio-format.ts';
import type { Decoder } from './decoders/decoder.ts';
import { decoderOf } from './decoders/decoder-of.ts';
import { NotHeardError, type Samples } from './envelope-maker.ts';
import { createRateFitter } from './rate-fitter.ts';

/** What the thread is started with. */
export type ExtractionTask = {
  readonly extension: AudioExtension;
  /** As they were heard. */
  readonly channels: number;
  /** The one that is wanted; 1-based. */
  readonly channel: number;
  readonly sampleRateHertz: number;
};

/** The next bytes of the recording; `null` at its end. Each order is answered once. */
export type ExtractionOrder = Uint8Array | null;

/** Samples of 16 bits, or why there are none, as a word in capitals. */
export type ExtractionAnswer =
  | { readonly samples: Int16Array<ArrayBuffer> }
  | { readonly failed: string };

/** The MP3 decoder prints each error; damage was counted when the recording was heard. */
console.error = () => undefined;

// Nobody else starts this module.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const { extension, channels, channel, sampleRateHertz } = workerData as ExtractionTask;
const fit = createRateFitter(sampleRateHertz);
let decoder: Decoder | null = null;

parentPort?.on('message', (order: ExtractionOrder) => {
  void carryOut(order).then((answer) =>
    parentPort?.postMessage(answer, 'samples' in answer ? [answer.samples.buffer] : []),
  );
});

async function carryOut(order: ExtractionOrder): Promise<ExtractionAnswer> {
  try {
    return { samples: order === null ? await end() : await decode(order) };
  } catch (error) {
    return { failed: error instanceof NotHeardError ? error.reason : 'DECODER' };
  }
}

async function decode(bytes: Uint8Array): Promise<Int16Array<ArrayBuffer>> {
  decoder ??= await decoderOf(extension, bytes, channels);
  const pieces: Int16Array[] = [];
  for (let at = 0; at < bytes.length; at += decoder.pieceBytes) {
    pieces.push(toPcm(await decoder.decode(bytes.subarray(at, at + decoder.pieceBytes))));
  }
  return joined(pieces);
}

async function end(): Promise<Int16Array<ArrayBuffer>> {
  const rest = (await decoder?.end()) ?? null;
  return joined(rest === null ? [] : [toPcm(rest)]);
}

function toPcm(decoded: Samples): Int16Array {
  const samples = decoded.channels[channel - 1];
  if (samples === undefined || samples.length === 0) return new Int16Array(0);
  const fitted = fit(samples, decoded.sampleRate);
  const pcm = new Int16Array(fitted.length);
  for (let at = 0; at < pcm.length; at += 1) {
    pcm[at] = Math.round(Math.min(Math.max(fitted[at] ?? 0, -1), 1) * 32_767);
  }
  return pcm;
}

function joined(pieces: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

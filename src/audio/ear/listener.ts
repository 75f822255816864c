// The thread that listens: started by ear.ts, one recording at a time.
import { parentPort } from 'node:worker_threads';

import type { AudioExtension } from '../audio-format.ts';
import { factsOf } from './channel-sound.ts';
import type { Decoder } from './decoders/decoder.ts';
import { decoderOf } from './decoders/decoder-of.ts';
import { createEnvelopeMaker, type EnvelopeMaker, NotHeardError } from './envelope-maker.ts';
import { encodeEnvelope } from './envelope.ts';
import type { Answer, Heard, Order } from './messages.ts';
import { measureTalk } from './talk.ts';

/** The MP3 decoder prints each error; the number of them is all that anybody needs. */
console.error = () => undefined;

type Opened = {
  readonly id: number;
  readonly extension: AudioExtension;
  readonly channels: number;
  readonly maker: EnvelopeMaker;
  decoder: Decoder | null;
};

let opened: Opened | null = null;
// In the order in which they came: a decoder answers later than the next piece arrives.
let queue: Promise<void> = Promise.resolve();

parentPort?.on('message', (order: Order) => {
  queue = queue.then(() => carryOut(order));
});

function answer(message: Answer): void {
  parentPort?.postMessage(message, []);
}

async function carryOut(order: Order): Promise<void> {
  const { id } = order;
  if (order.kind === 'open') {
    const { extension, channels } = order;
    close();
    opened = { id, extension, channels, maker: createEnvelopeMaker(), decoder: null };
    return;
  }
  // What could not be heard before is not listened to any more.
  if (opened?.id !== id) return;
  try {
    if (order.kind === 'end') return answer({ id, kind: 'heard', heard: await end(opened) });
    await hear(opened, order.bytes);
    answer({ id, kind: 'taken' });
  } catch (error) {
    close();
    const reason = error instanceof NotHeardError ? error.reason : 'DECODER';
    answer({ id, kind: 'not-heard', reason });
  }
}

async function hear(recording: Opened, bytes: Uint8Array): Promise<void> {
  const { extension, channels, maker } = recording;
  const decoder = (recording.decoder ??= await decoderOf(extension, bytes, channels));
  for (let at = 0; at < bytes.length; at += decoder.pieceBytes) {
    maker.add(await decoder.decode(bytes.subarray(at, at + decoder.pieceBytes)));
  }
}

async function end({ decoder, maker }: Opened): Promise<Heard> {
  if (decoder === null) throw new NotHeardError('EMPTY');
  const rest = await decoder.end();
  if (rest !== null) maker.add(rest);
  const { envelope, seconds } = maker.end();
  if (seconds === 0) throw new NotHeardError('EMPTY');
  const heard = {
    envelope: encodeEnvelope(envelope),
    channels: envelope.channels.map(factsOf),
    seconds,
    talk: measureTalk(envelope, seconds),
    damage: decoder.damage(),
    samples: decoder.samples(),
  };
  close();
  return heard;
}

function close(): void {
  const decoder = opened?.decoder ?? null;
  opened = null;
  try {
    decoder?.free();
  } catch {
    // A decoder that failed may fail once more when it is freed; its memory goes with the thread.
  }
}

import type { AudioExtension } from '../audio-format.ts';
import type { ChannelFacts } from './channel-sound.ts';
import type { SampleFacts } from './decoders/decoder.ts';
import type { Talk } from './talk.ts';

/**
 * What the worker thread is told. Each order but `open` is answered once; after `not-heard`, the other
 * answers about that recording mean nothing any more.
 */
export type Order = {
  /** Of the recording: an answer may arrive when the next one is heard already. */
  readonly id: number;
} & (
  | {
      readonly kind: 'open';
      readonly extension: AudioExtension;
      /** As a header states them. */
      readonly channels: number;
    }
  | { readonly kind: 'piece'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
);

/** What was heard in a recording. */
export type Heard = {
  /** The stored form of the envelope. */
  readonly envelope: Uint8Array;
  readonly channels: readonly ChannelFacts[];
  /** How long the sound is that was really decoded. */
  readonly seconds: number;
  /** How often the decoder found bytes that its format does not allow. */
  readonly damage: number;
  /** `null` unless it is a conversation on two channels. */
  readonly talk: Talk | null;
  /** `null` where samples are compressed. */
  readonly samples: SampleFacts | null;
};

export type Answer = { readonly id: number } & (
  | { readonly kind: 'taken' }
  | { readonly kind: 'heard'; readonly heard: Heard }
  /** `reason`: a word in capitals. The thread is of no further use to this recording. */
  | { readonly kind: 'not-heard'; readonly reason: string }
);

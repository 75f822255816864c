import type { Word } from '../core/sample-file.ts';
import type { AudioFormat } from './audio-format.ts';
import { v2, type RecognitionConfig } from './protocol.ts';
import { rpcError } from './rpc-error.ts';

/** One stretch of speech on one channel. Times in seconds from the start of the audio. */
export type Utterance = {
  readonly words: readonly {
    readonly start: number;
    readonly end: number;
    readonly text: string;
    /** The sample's name for the speaker, or the channel's number. */
    readonly speaker: string;
  }[];
  /** 1-based; null if the channels were not recognised separately. */
  readonly channelTag: number | null;
};

export type Recognition = {
  readonly utterances: readonly Utterance[];
  readonly billedSeconds: number;
};

/** Google ends a result at a pause; pauses within a sentence on the telephone are shorter than this. */
const PAUSE_SECONDS = 0.8;

const { SEPARATE_RECOGNITION_PER_CHANNEL } = v2.RecognitionFeatures.MultiChannelMode;

/**
 * Turns known words into what Google would have recognised: without SEPARATE_RECOGNITION_PER_CHANNEL every channel but
 * the first is silently dropped. Each recognised channel is billed, in whole seconds.
 *
 * @throws RpcError INVALID_ARGUMENT if words are on a channel that the audio does not have.
 */
export function recognise(
  words: readonly Word[],
  format: AudioFormat,
  config: RecognitionConfig,
): Recognition {
  const beyond = words.find(({ channel }) => channel > format.channels);
  if (beyond !== undefined) {
    throw rpcError(
      'INVALID_ARGUMENT',
      `The sandbox cannot transcribe this audio: its JSON file has words on channel ${String(beyond.channel)}, ` +
        `but the number of its channels is ${String(format.channels)}. Correct the JSON file.`,
    );
  }
  const separate = config.features?.multiChannelMode === SEPARATE_RECOGNITION_PER_CHANNEL;
  const channels = Array.from({ length: separate ? format.channels : 1 }, (_, index) => index + 1);
  const punctuated = config.features?.enableAutomaticPunctuation === true;
  const utterances = channels.flatMap((channel) =>
    splitAtPauses(toSingleWords(words, channel, punctuated)).map((spoken) => ({
      words: spoken,
      channelTag: separate ? channel : null,
    })),
  );
  return {
    utterances: utterances.toSorted((a, b) => endOf(a) - endOf(b)),
    billedSeconds: Math.ceil(format.seconds) * channels.length,
  };
}

/** The end of an utterance's last word, in seconds. */
export function endOf({ words }: Utterance): number {
  return words.at(-1)?.end ?? 0;
}

/** A sample may combine several words in one entry; the recogniser never does. */
function toSingleWords(
  words: readonly Word[],
  channel: number,
  punctuated: boolean,
): Utterance['words'] {
  return words
    .filter((word) => word.channel === channel)
    .flatMap(({ start, end, text, speaker = String(channel) }) => {
      const spoken = punctuated ? text : text.replaceAll(/[.,;:!?]+(?=\s|$)/g, '');
      const parts = spoken.split(/\s+/).filter((part) => part !== '');
      const step = (end - start) / parts.length;
      return parts.map((part, index) => ({
        start: start + index * step,
        end: start + (index + 1) * step,
        text: part,
        speaker,
      }));
    });
}

function splitAtPauses(words: Utterance['words']): Utterance['words'][] {
  const utterances: Utterance['words'][number][][] = [];
  let lastEnd = Number.NEGATIVE_INFINITY;
  for (const word of words) {
    if (word.start - lastEnd >= PAUSE_SECONDS) {
      utterances.push([]);
    }
    utterances.at(-1)?.push(word);
    lastEnd = word.end;
  }
  return utterances;
}

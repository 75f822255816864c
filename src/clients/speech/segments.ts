import type { TranscriptSegment } from '../../domain/transcript.ts';
import { toStorable } from '../../domain/storable-text.ts';

/** A word as the result file has it; times in seconds. */
type ResultWord = {
  /** Also 0 where word times were not requested. */
  readonly startOffset: number;
  readonly endOffset?: number | undefined;
  readonly word: string;
  /** The speaker's label; '' where speakers were not told apart. */
  readonly speakerLabel: string;
};

/** An utterance: what was heard on one channel up to a pause. */
export type Result = {
  readonly alternatives: readonly {
    readonly transcript: string;
    readonly words: readonly ResultWord[];
  }[];
  /** 1-based; 0 where the channels were not recognised separately. */
  readonly channelTag: number;
  readonly resultEndOffset?: number | undefined;
};

type Span = { readonly startSeconds: number; readonly endSeconds: number };

/** The stretches of speech in time order, without those that contain no word. */
export function toSegments(results: readonly Result[]): TranscriptSegment[] {
  const segments: TranscriptSegment[] = [];
  const endOfChannel = new Map<number, number>();
  for (const result of results) {
    const { alternatives, channelTag, resultEndOffset } = result;
    const best = alternatives[0] ?? { transcript: '', words: [] };
    // Without word times, an utterance lasts from the end of the one before it to its own end.
    const before = endOfChannel.get(channelTag) ?? 0;
    const span = spanOf(best.words, {
      startSeconds: before,
      endSeconds: resultEndOffset ?? before,
    });
    endOfChannel.set(channelTag, Math.max(before, resultEndOffset ?? span.endSeconds));

    const channel = channelTag === 0 ? null : channelTag;
    for (const { speaker, text, ...times } of voicesOf(best, span)) {
      const name = speaker ?? (channel === null ? null : String(channel));
      if (text !== '') segments.push({ speaker: name, channel, ...times, text });
    }
  }
  return segments.sort((a, b) => a.startSeconds - b.startSeconds || a.endSeconds - b.endSeconds);
}

/** From the first word to the last, as far as their times are known. */
function spanOf(words: readonly ResultWord[], otherwise: Span): Span {
  const isTimed = words.some(({ endOffset }) => endOffset !== undefined);
  const startSeconds = isTimed ? (words[0]?.startOffset ?? 0) : otherwise.startSeconds;
  const endSeconds = words.at(-1)?.endOffset ?? otherwise.endSeconds;
  return { startSeconds, endSeconds: Math.max(startSeconds, endSeconds) };
}

type Voice = Span & { readonly speaker: string | null; readonly text: string };

/**
 * Cuts an utterance where the voice changes. The words of the list must be those of the transcript;
 * otherwise the whole transcript goes to the first voice, so that no word is lost.
 */
function voicesOf({ transcript, words }: Result['alternatives'][number], span: Span): Voice[] {
  const text = toLine(transcript);
  const runs = runsOf(words);
  const [first] = runs;
  const isSameText = withoutSpace(words.map(({ word }) => word).join('')) === withoutSpace(text);
  if (first === undefined || runs.length === 1 || !isSameText) {
    return [{ speaker: first?.speaker ?? null, ...span, text }];
  }
  const isTimed = words.some(({ endOffset }) => endOffset !== undefined);
  // Without word times, all words are assumed to last equally long.
  const at = (place: number) =>
    span.startSeconds + ((span.endSeconds - span.startSeconds) * place) / words.length;
  return runs.map(({ speaker, from, to }) => {
    const spoken = words.slice(from, to);
    const guess = { startSeconds: at(from), endSeconds: at(to) };
    return {
      speaker,
      ...(isTimed ? spanOf(spoken, guess) : guess),
      text: toLine(spoken.map(({ word }) => word).join(' ')),
    };
  });
}

type Run = { readonly speaker: string | null; readonly from: number; readonly to: number };

/** Consecutive words of one voice, `to` exclusive. A word without a label stays with the one before it. */
function runsOf(words: readonly ResultWord[]): Run[] {
  const runs: Run[] = [];
  for (const [place, { speakerLabel }] of words.entries()) {
    const last = runs.at(-1);
    const speaker = speakerLabel === '' ? (last?.speaker ?? null) : speakerLabel;
    if (last === undefined || last.speaker !== speaker) {
      runs.push({ speaker, from: place, to: place + 1 });
    } else {
      runs[runs.length - 1] = { ...last, to: place + 1 };
    }
  }
  return runs;
}

function toLine(text: string): string {
  return toStorable(text).replace(/\s+/g, ' ').trim();
}

function withoutSpace(text: string): string {
  return toStorable(text).replace(/\s+/g, '');
}

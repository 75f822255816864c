import { createSpokenWords } from '../../domain/spoken-words.ts';
import type { TranscriptReply } from '../../api/schemas.ts';

/** A stretch of speech that can be heard by itself. */
export type Speech = {
  readonly speaker: string | null;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly text: string;
};

/** Where in a call something was said: the place of a speech among all. */
export type Moment = { readonly index: number; readonly speech: Speech };

/** Turns; where nobody knows who spoke, a turn can be the whole call, so the recogniser's segments instead. */
export function speechesOf({ turns, segments }: TranscriptReply): readonly Speech[] {
  const isKnown = turns.some(({ speaker }) => speaker !== null);
  return isKnown
    ? turns
    : segments.map(({ startSeconds, endSeconds, text }) => ({
        speaker: null,
        startSeconds,
        endSeconds,
        text,
      }));
}

/** Where these very words were said; `null` if nobody said them in one stretch. */
export function momentOf(words: string, speeches: readonly Speech[]): Moment | null {
  const index = speeches.findIndex(({ text }) => createSpokenWords([text]).find(words) !== null);
  const speech = speeches[index];
  return speech === undefined ? null : { index, speech };
}

// Shorter words, such as "will" and "back", stand in many sentences.
const TELLING_WORD = /[\p{L}\p{N}]{5,}/gu;

/**
 * Where something was most likely said that is not quoted: in the speech that shares the most telling words
 * with it, at least two. `null` if there is none.
 */
export function likelyMomentOf(sentence: string, speeches: readonly Speech[]): Moment | null {
  const sought = tellingWordsOf(sentence);
  const shared = speeches.map(
    ({ text }) => [...tellingWordsOf(text)].filter((word) => sought.has(word)).length,
  );
  const most = Math.max(0, ...shared);
  const index = shared.indexOf(most);
  const speech = speeches[index];
  return speech === undefined || most < 2 ? null : { index, speech };
}

function tellingWordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(TELLING_WORD));
}

import { createSpokenWords } from '../../domain/spoken-words.ts';
import type { TranscriptReply } from '../../api/schemas.ts';

type Piece = { readonly startSeconds: number; readonly endSeconds: number; readonly text: string };

/** A stretch of speech that can be heard by itself. */
export type Speech = {
  readonly speaker: string | null;
  /** What the recogniser gave one after another, each with its own times; with spaces between, the text. */
  readonly pieces: readonly Piece[];
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly text: string;
};

/** Where in a call something was said: the place of a speech among all. */
export type Moment = { readonly index: number; readonly startSeconds: number };

/** Turns; where nobody knows who spoke, a turn can be the whole call, so the recogniser's segments instead. */
export function speechesOf({ turns, segments }: TranscriptReply): readonly Speech[] {
  const isKnown = turns.some(({ speaker }) => speaker !== null);
  if (isKnown) return withPieces(turns, segments);
  return segments.map(({ startSeconds, endSeconds, text }) => {
    const piece = { startSeconds, endSeconds, text };
    return { speaker: null, ...piece, pieces: [piece] };
  });
}

/** Turns are segments in the order of time, joined by spaces; so each takes those that come to its text. */
function withPieces(
  turns: TranscriptReply['turns'],
  segments: TranscriptReply['segments'],
): readonly Speech[] {
  const left = segments.toSorted(
    (one, other) => one.startSeconds - other.startSeconds || one.endSeconds - other.endSeconds,
  );
  return turns.map((turn) => {
    const pieces: Piece[] = [];
    for (let joined = ''; joined !== turn.text; joined = pieces.map(({ text }) => text).join(' ')) {
      const next = left.shift();
      if (next === undefined) return { ...turn, pieces: [turn] };
      pieces.push(next);
    }
    return { ...turn, pieces };
  });
}

/** Where these very words were said; `null` if nobody said them in one stretch. */
export function momentOf(words: string, speeches: readonly Speech[]): Moment | null {
  const index = speeches.findIndex(({ text }) => createSpokenWords([text]).find(words) !== null);
  const speech = speeches[index];
  if (speech === undefined) return null;
  // The last piece from which on all of it is still to come.
  const first = speech.pieces.findLast((_, from) => {
    const rest = speech.pieces.slice(from).map(({ text }) => text);
    return createSpokenWords([rest.join(' ')]).find(words) !== null;
  });
  return { index, startSeconds: (first ?? speech).startSeconds };
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
  return speech === undefined || most < 2 ? null : { index, startSeconds: speech.startSeconds };
}

function tellingWordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(TELLING_WORD));
}

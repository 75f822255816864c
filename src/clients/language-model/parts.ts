import { renderTurns, type Turn } from '../../domain/turns.ts';
import { countJsonBytes, estimateTokens } from './tokens.ts';

/** What fits into one request in addition to the instructions. */
export type Room = { readonly tokens: number; readonly bytes: number };

/** Turns that are sent together, and their text. */
export type TranscriptPart = { readonly turns: readonly Turn[]; readonly text: string };

/** A line break between two turns: one token, and two bytes in JSON. */
const BETWEEN: Room = { tokens: 1, bytes: 2 };

/**
 * Cuts a transcript into parts that fit, between turns. A turn that is too long by itself is cut at
 * the end of a sentence, otherwise of a word, otherwise between any two characters.
 */
export function toParts(turns: readonly Turn[], room: Room): TranscriptPart[] {
  const parts: Turn[][] = [];
  let left: Room = { tokens: 0, bytes: 0 };
  for (const turn of turns.flatMap((whole) => cutTurn(whole, room))) {
    const size = sizeOf(renderTurns([turn]));
    if (!fits(size, left)) {
      parts.push([]);
      left = room;
    }
    parts.at(-1)?.push(turn);
    left = {
      tokens: left.tokens - size.tokens - BETWEEN.tokens,
      bytes: left.bytes - size.bytes - BETWEEN.bytes,
    };
  }
  return parts.map((part) => ({ turns: part, text: renderTurns(part) }));
}

export function sizeOf(text: string): Room {
  return { tokens: estimateTokens(text), bytes: countJsonBytes(text) };
}

function fits(size: Room, room: Room): boolean {
  return size.tokens <= room.tokens && size.bytes <= room.bytes;
}

function cutTurn(turn: Turn, room: Room): Turn[] {
  const pieces: Turn[] = [];
  let rest = turn.text;
  const isFitting = (text: string) => fits(sizeOf(renderTurns([{ ...turn, text }])), room);
  while (rest !== '') {
    const length = longestFitting(rest, isFitting);
    const text = rest.slice(0, length === rest.length ? length : lastBoundary(rest, length));
    pieces.push({ ...turn, text: text.trim() });
    rest = rest.slice(text.length).trimStart();
  }
  return pieces;
}

/** How much of a text fits, by bisection; at least one character, so that cutting terminates. */
function longestFitting(text: string, isFitting: (text: string) => boolean): number {
  if (isFitting(text)) return text.length;
  let fitting = 1;
  let tooLong = text.length;
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (isFitting(text.slice(0, middle))) fitting = middle;
    else tooLong = middle;
  }
  return fitting;
}

/** The last end of a sentence before `length`, unless it is far back; else of a word; else of a character. */
function lastBoundary(text: string, length: number): number {
  const head = text.slice(0, length);
  const sentence = /^[\s\S]*(?:[.!?…]\s|[。！？])/u.exec(head)?.[0].length ?? 0;
  if (sentence > length / 2) return sentence;
  const word = /^[\s\S]*\s/u.exec(head)?.[0].length ?? 0;
  if (word > length / 2) return word;
  // Half of a surrogate pair is not a character.
  const isInPair = /[\uD800-\uDBFF]$/.test(head);
  return isInPair && length > 1 ? length - 1 : length;
}

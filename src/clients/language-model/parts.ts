import { renderTurns, type Turn } from '../../domain/turns.ts';
import { countJsonBytes, createTokenCounter, estimateTokens, jsonBytesAt } from './tokens.ts';

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
  const label = renderTurns([{ ...turn, text: '' }]);
  const { text } = turn;
  const pieces: Turn[] = [];
  for (let start = 0; start < text.length;) {
    const end = start + longestFitting(text, start, { label, room });
    // Only what may become the piece is copied, however long the rest is.
    const head = text.slice(start, end);
    const piece = end === text.length ? head : head.slice(0, lastBoundary(head));
    pieces.push({ ...turn, text: piece.trim() });
    start += piece.length;
    while (/\s/u.test(text.charAt(start))) start += 1;
  }
  return pieces;
}

/** How many characters from `start` fit behind the label; at least one, so that cutting terminates. */
function longestFitting(
  text: string,
  start: number,
  { label, room }: { readonly label: string; readonly room: Room },
): number {
  const counter = createTokenCounter();
  counter.add(label);
  let bytes = countJsonBytes(label);
  for (let at = start; at < text.length; at += 1) {
    counter.add(text, at, at + 1);
    bytes += jsonBytesAt(text, at);
    if (counter.tokens() > room.tokens || bytes > room.bytes) return Math.max(1, at - start);
  }
  return text.length - start;
}

/** The last end of a sentence in a text, unless it is far back; else of a word; else of a character. */
function lastBoundary(head: string): number {
  const { length } = head;
  const sentence = /^[\s\S]*(?:[.!?…]\s|[。！？])/u.exec(head)?.[0].length ?? 0;
  if (sentence > length / 2) return sentence;
  const word = /^[\s\S]*\s/u.exec(head)?.[0].length ?? 0;
  if (word > length / 2) return word;
  // Half of a surrogate pair is not a character.
  const isInPair = /[\uD800-\uDBFF]$/.test(head);
  return isInPair && length > 1 ? length - 1 : length;
}

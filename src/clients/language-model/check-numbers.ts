import { randomInt } from 'node:crypto';

import { z } from 'zod';

import type { Message } from './chat.ts';
import { estimateTokens } from './tokens.ts';

/**
 * Numbers at the beginning, in the middle and at the end of what a model is to read, which it has to
 * repeat: a server that cuts long requests in silence drops at least one of them.
 */
export type CheckNumbers = readonly [first: string, middle: string, last: string];

/** The field of an answer that repeats them. */
export const CHECK_FIELD = 'checkNumbers';

/**
 * The smallest context with which a server comes today: Ollama's default. A shorter request is not
 * cut, and needs no numbers.
 */
const SMALLEST_CONTEXT_TOKENS = 4_096;

/** Our instructions are English prose and JSON, of which every known vocabulary makes fewer tokens. */
const CHARACTERS_PER_TOKEN = 3;

/** Six digits, which are two tokens in most vocabularies, and which nobody guesses. */
export function createCheckNumbers(): CheckNumbers {
  return [toNumber(), toNumber(), toNumber()];
}

/** Numbers that take the most room. */
export const LONGEST_CHECK_NUMBERS: CheckNumbers = ['000000', '000000', '000000'];

/** Whether a request may exceed the context of a server that nobody has set up for it. */
export function mayBeCut(orders: string, data: string): boolean {
  return orders.length / CHARACTERS_PER_TOKEN + estimateTokens(data) > SMALLEST_CONTEXT_TOKENS;
}

/** The data with the numbers in lines of their own, the second between two lines near the middle. */
export function withCheckNumbers(data: string, [first, middle, last]: CheckNumbers): string {
  const at = middleOf(data);
  return [
    lineOf(first),
    data.slice(0, at).trimEnd(),
    lineOf(middle),
    data.slice(at).trimStart(),
    lineOf(last),
  ].join('\n');
}

/** The schema with the field that repeats the numbers, as the last one. */
export function withCheckField(
  schema: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { properties, required } = z
    .object({ properties: z.record(z.string(), z.unknown()), required: z.array(z.string()) })
    .parse(schema);
  const field = {
    type: 'string',
    description: 'The three check numbers, in their order, separated by spaces.',
  };
  return {
    ...schema,
    properties: { ...properties, [CHECK_FIELD]: field },
    required: [...required, CHECK_FIELD],
  };
}

/**
 * Whether an answer repeats the numbers in their order, whatever is written around them: somebody on
 * the telephone may have mentioned others. `null` when it has no such field.
 */
export function repeatsNumbers(
  answer: Readonly<Record<string, unknown>>,
  numbers: CheckNumbers,
): boolean | null {
  const value = answer[CHECK_FIELD];
  if (value === undefined) return null;
  const said = [
    ...JSON.stringify(value)
      .replace(/(?<=\d)[,.](?=\d{3}\b)/g, '')
      .matchAll(/\d+/g),
  ];
  let next = 0;
  for (const [number] of said) if (number === numbers[next]) next += 1;
  return next === numbers.length;
}

/**
 * The fewest tokens of these messages in any vocabulary. The largest ones make a token of seven
 * letters of English on average, of three characters of Chinese, Japanese or Korean, and of any run
 * of the same character.
 */
export function leastTokens(messages: readonly Message[]): number {
  const texts = messages.map(({ role, content }) => ({ role, tokens: leastTokensOf(content) }));
  const all = texts.reduce((sum, { tokens }) => sum + tokens, 0);
  // Some servers do not count what they had in a cache: the instructions, at most.
  const own = texts.reduce((sum, { role, tokens }) => sum + (role === 'system' ? 0 : tokens), 0);
  return Math.floor(Math.min(all, own * OWN_SHARE));
}

/** Seven letters a token are the extreme for a whole request, 6.2 for spoken words. */
const LETTERS_PER_TOKEN = 7;
const OWN_SHARE = LETTERS_PER_TOKEN / 6.2;
const IDEOGRAMS_PER_TOKEN = 3;
const IDEOGRAM = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

function leastTokensOf(text: string): number {
  const short = text.replace(/(.)\1{3,}/gsu, '$1');
  const ideograms = short.match(IDEOGRAM)?.length ?? 0;
  return ideograms / IDEOGRAMS_PER_TOKEN + (short.length - ideograms) / LETTERS_PER_TOKEN;
}

function lineOf(number: string): string {
  return `[check number ${number}]`;
}

function toNumber(): string {
  return String(randomInt(100_000, 1_000_000));
}

/** The line break next to the middle; without one in the middle half, the next space; else the middle. */
function middleOf(data: string): number {
  const half = Math.floor(data.length / 2);
  const reach = Math.ceil(data.length / 4);
  for (const sign of ['\n', ' ']) {
    const after = data.indexOf(sign, half);
    if (after !== -1 && after - half <= reach) return after;
    const before = data.lastIndexOf(sign, half);
    if (before !== -1 && half - before <= reach) return before;
  }
  // Half of a surrogate pair is not a character.
  return /[\uDC00-\uDFFF]/.test(data[half] ?? '') ? half + 1 : half;
}

import assert from 'node:assert/strict';

/** The verbs with which remedies tell an operator what to do. */
export const IMPERATIVES: readonly string[] = [
  'add',
  'ask',
  'bring',
  'cancel',
  'check',
  'choose',
  'compare',
  'correct',
  'create',
  'enable',
  'give',
  'let',
  'listen',
  'load',
  'look',
  'lower',
  'move',
  'raise',
  'report',
  'restart',
  'run',
  'send',
  'set',
  'submit',
  'use',
  'wait',
];

/** A sentence or clause that begins with one of them. */
export const ADVICE = new RegExp(
  String.raw`(?:^|[.;:,(]\s*|\b(?:and|or|then)\s+)(?:${IMPERATIVES.join('|')})\b`,
  'i',
);

/** A promise that a parked call does not keep. */
const PROMISE = /\b(?:tried|asked|fetched|looked for|submitted) again\b/i;

/**
 * Asserts that a message says only what failed and why. What to do is the remedy of its code, which
 * an operator reads right behind the message.
 */
export function assertNoAdvice(message: string): void {
  assert.match(message, /^[A-Z].*\.$/s, 'a message is a sentence');
  assert.doesNotMatch(message, ADVICE, 'the remedy says what to do');
  assert.doesNotMatch(message, PROMISE, 'the message promises nothing');
}

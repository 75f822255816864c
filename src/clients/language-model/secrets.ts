import { randomBytes } from 'node:crypto';

/** The random words of one request. */
export type Secrets = {
  /** Part of the name of the element around the call's words, so that nobody on the telephone can close it. */
  readonly marker: string;
  /** Appears only in the instructions: a reply that contains it repeats them. */
  readonly canary: string;
};

/** 64 random bits, which nobody can guess in a telephone call. */
export function createSecrets(): Secrets {
  return { marker: randomBytes(8).toString('hex'), canary: randomBytes(8).toString('hex') };
}

/**
 * Secrets that take the most tokens, as each digit is one. The room left beside them is the same for
 * every attempt: a call that was cut elsewhere the next time would be paid for again.
 */
export const LONGEST_SECRETS: Secrets = { marker: '0'.repeat(16), canary: '0'.repeat(16) };

/** The length of a canary in base64, rounded down. */
const BASE64_RUN = /[\w+/-]{20,}/g;

/**
 * Tells whether a reply contains one of the words, even in capitals, with other characters in
 * between, backwards, or in base64. A determined attacker will find another disguise, but besides
 * these words the instructions contain nothing secret.
 */
export function repeatsSecrets(reply: string, { marker, canary }: Secrets): boolean {
  const decoded = [...reply.matchAll(BASE64_RUN)].map(([run]) =>
    Buffer.from(run, 'base64').toString('latin1'),
  );
  const plain = [reply, ...decoded]
    .join('\n')
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '');
  return [marker, canary].some(
    (word) => plain.includes(word) || plain.includes(word.split('').toReversed().join('')),
  );
}

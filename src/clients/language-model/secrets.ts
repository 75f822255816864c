import { randomBytes } from 'node:crypto';

/** The random words of one request. */
export type Secrets = {
  /** Names the element around the call's words, so that nobody on the telephone can close it. */
  readonly marker: string;
  /** Stands only in the standing orders: a reply that holds it repeats them. */
  readonly canary: string;
};

/** 64 random bits: nobody guesses them in a telephone call. */
export function createSecrets(): Secrets {
  return { marker: randomBytes(8).toString('hex'), canary: randomBytes(8).toString('hex') };
}

/**
 * Secrets that take the most tokens, digits being one each. What is left beside them is the same for
 * every attempt: a call that were cut elsewhere the next time would be paid for again.
 */
export const LONGEST_SECRETS: Secrets = { marker: '0'.repeat(16), canary: '0'.repeat(16) };

/** As short as base64 of a canary can be, rounded down. */
const BASE64_RUN = /[\w+/-]{20,}/g;

/**
 * Tells whether a reply holds one of the words, also in capitals, spelled out with signs between,
 * written backwards, or in base64. Who is bent on it finds another disguise; what the orders hold
 * beside these words is no secret.
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

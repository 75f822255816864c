import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { z } from 'zod';

// As Standard Webhooks recommends: room for a slow network and a clock that is off, and little time for whoever
// has copied a delivery.
const TOLERANCE_SECONDS = 300;

const TIMESTAMP = /^[1-9]\d{0,11}$/;

// Senders use UUIDs and the like; a longer one would only fill the database.
const ID = /^[\x21-\x7e]{1,256}$/;

/** What a delivery says beside its signature. */
export const signatureHeaders = z.object({
  'webhook-id': z.string().regex(ID).describe('Names the delivery; the same when it is repeated.'),
  'webhook-timestamp': z
    .string()
    .regex(TIMESTAMP)
    .describe('When it was sent, in seconds since 1970; at most 300 seconds off.'),
});

/**
 * Creates the check of a delivery's signature by Standard Webhooks: an HMAC over the id, the time and the
 * bytes of the body as they came, with any of the secrets. It gives the delivery's id, or `null` for
 * whatever is wrong, and takes as long whichever secret it was.
 */
export function createSignatureCheck(secrets: readonly string[]) {
  const keys = secrets.map(toHmacKey);

  return ({ headersDistinct }: IncomingMessage, body: Buffer, now: Date): string | null => {
    const [id, timestamp, signature] = [
      ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    ].map((name) => {
      const values = headersDistinct[name] ?? [];
      return values.length === 1 ? values[0] : undefined;
    });
    if (id === undefined || timestamp === undefined || signature === undefined) return null;
    if (!ID.test(id) || !isRecent(timestamp, now)) return null;

    // A sender that changes its secret signs with both for a while.
    const given = signature.split(' ').flatMap((each) => (each.startsWith('v1,') ? [each] : []));
    const expected = keys.map((key) => {
      const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
      return `v1,${hmac.digest('base64')}`;
    });
    const matches = expected.flatMap((each) => given.filter((other) => isSame(each, other)));
    return matches.length > 0 ? id : null;
  };
}

/** The bytes of a secret, which is written as base64 behind an optional `whsec_`. */
function toHmacKey(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

function isRecent(timestamp: string, now: Date): boolean {
  if (!TIMESTAMP.test(timestamp)) return false;
  return Math.abs(Math.floor(now.getTime() / 1000) - Number(timestamp)) <= TOLERANCE_SECONDS;
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

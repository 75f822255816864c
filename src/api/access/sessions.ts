import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { parseCookie, stringifySetCookie } from 'cookie';
import { z } from 'zod';

import type { ApiKey } from '../../domain/api-key.ts';
import { headerValues } from './header-values.ts';

/** Somebody who has signed in to the console. */
export type Session = {
  readonly key: ApiKey;
  /** What pages send along with each change, to prove that they were served to this session. */
  readonly token: string;
  readonly expiresAt: Date;
};

// The prefix makes browsers refuse the cookie unless it is secure, of this host alone and of every path.
const COOKIE = '__Host-console';

// A long working day: nobody signs in twice a day, and a forgotten session does not outlive the night.
const LIFETIME_MS = 12 * 3_600_000;

const ATTRIBUTES = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const;

/** The name of the key, when the session ends (milliseconds since 1970), and what makes it unique. */
const content = z.tuple([z.string(), z.int(), z.string()]);

/** What ends the session in the browser that gets it. */
export const ENDED_COOKIE = stringifySetCookie({
  name: COOKIE,
  value: '',
  ...ATTRIBUTES,
  maxAge: 0,
});

/**
 * Sessions of people who signed in with a key. Nothing is stored: the cookie says which key it was, and
 * is sealed with a secret derived from this key's entry in API_KEYS. A session therefore ends when its
 * entry is removed or replaced, and no key can seal a session of another.
 */
export function createSessions(keys: readonly ApiKey[], now: () => number = Date.now) {
  const sealed = keys.map((key) => ({ key, secret: secretOf(key) }));

  function open(key: ApiKey): { readonly cookie: string; readonly session: Session } {
    const expiresAt = now() + LIFETIME_MS;
    const text = encode([key.name, expiresAt, randomBytes(16).toString('base64url')]);
    const secret = secretOf(key);
    const value = `${text}.${seal(secret, `session ${text}`).toString('base64url')}`;
    const cookie = stringifySetCookie({
      name: COOKIE,
      value,
      ...ATTRIBUTES,
      maxAge: LIFETIME_MS / 1_000,
    });
    return { cookie, session: toSession(key, { secret, text, expiresAt }) };
  }

  /** The session whose cookie a request brings; `null` without one, and when it has ended. */
  function read(request: IncomingMessage): Session | null {
    const [text = '', mac = ''] = (cookieOf(request) ?? '').split('.', 2);
    const parsed = content.safeParse(decode(text));
    if (!parsed.success) return null;
    const [name, expiresAt] = parsed.data;
    if (expiresAt <= now()) return null;
    // While a key is replaced, two entries have its name.
    const found = sealed.find(
      ({ key, secret }) =>
        key.name === name && isSealed(secret, text, Buffer.from(mac, 'base64url')),
    );
    return found === undefined ? null : toSession(found.key, { ...found, text, expiresAt });
  }

  return { open, read };
}

type Sealed = { readonly secret: Buffer; readonly text: string; readonly expiresAt: number };

function toSession(key: ApiKey, { secret, text, expiresAt }: Sealed): Session {
  const token = seal(secret, `token ${text}`).toString('base64url');
  return { key, token, expiresAt: new Date(expiresAt) };
}

function secretOf({ name, scopes, sha256 }: ApiKey): Buffer {
  const entry = Buffer.from(`${name}:${scopes.join('+')}:${sha256}`);
  return Buffer.from(hkdfSync('sha256', entry, '', 'console session', 32));
}

function seal(secret: Buffer, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

function isSealed(secret: Buffer, text: string, mac: Buffer): boolean {
  const expected = seal(secret, `session ${text}`);
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}

/** `null` also when there are two: a neighbour under the same domain may have set the other. */
function cookieOf(request: IncomingMessage): string | null {
  const lines = headerValues(request, 'cookie').flatMap((line) => line.split(';'));
  const values = lines
    .map((line) => parseCookie(line)[COOKIE])
    .filter((value) => value !== undefined);
  return values.length === 1 ? (values[0] ?? null) : null;
}

function encode(value: z.infer<typeof content>): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}

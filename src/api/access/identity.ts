import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import type { ApiKey } from '../../domain/api-key.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { headerValues } from './header-values.ts';
import { createKeyring } from './keys.ts';
import { createSessions, type Session } from './sessions.ts';

/** Where pages send the token of their session. */
const TOKEN_HEADER = 'x-session-token';

const CHANGES_NOTHING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Creates what tells with which key a request comes: the one in its Authorization header or, if it has
 * none, the one with which its session began; `null` without either. Throws TOKEN_MISSING for a change
 * that brings the cookie of a session and not its token, because a browser sends the cookie by itself.
 */
export function createIdentify(keys: readonly ApiKey[]) {
  const findKey = createKeyring(keys);
  const sessions = createSessions(keys);

  return (request: IncomingMessage): ApiKey | null => {
    if (headerValues(request, 'authorization').length > 0) return findKey(request);
    const session = sessions.read(request);
    if (session !== null) requireToken(request, session);
    return session?.key ?? null;
  };
}

/** Throws TOKEN_MISSING for a change that does not prove that it comes from a page of this session. */
export function requireToken(request: IncomingMessage, { token }: Session): void {
  if (CHANGES_NOTHING.includes(request.method ?? '')) return;
  // Browsers say of every change where it comes from; whether that is foreign has been decided before.
  const { origin, 'sec-fetch-site': site } = request.headers;
  const saysOrigin = origin !== undefined || site !== undefined;
  if (saysOrigin && isSame(headerValues(request, TOKEN_HEADER), token)) return;
  throw new ServiceError('TOKEN_MISSING', 'The request brings a session without its token.');
}

function isSame([sent = '', ...others]: readonly string[], token: string): boolean {
  const [one, other] = [Buffer.from(sent), Buffer.from(token)];
  return others.length === 0 && one.length === other.length && timingSafeEqual(one, other);
}

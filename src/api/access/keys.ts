import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import type { ApiKey } from '../../domain/api-key.ts';
import { headerValues } from './header-values.ts';

/** Creates what finds a key by itself, as somebody typed it; `null` when it is none of ours. */
export function createKeyFinder(keys: readonly ApiKey[]) {
  const known = keys.map((key) => ({ key, digest: Buffer.from(key.sha256, 'hex') }));

  return (text: string): ApiKey | null => {
    const digest = createHash('sha256').update(text).digest();
    // All of them are compared, so that the place of a key in the list does not show either.
    const found = known.filter((each) => timingSafeEqual(each.digest, digest));
    return found[0]?.key ?? null;
  };
}

/**
 * Creates what finds the key that a request brings; `null` when it brings none, none of ours, or
 * anything but one `Authorization: Bearer …`. It takes as long whichever key it is and however much
 * of one is right.
 */
export function createKeyring(keys: readonly ApiKey[]) {
  const find = createKeyFinder(keys);

  return (request: IncomingMessage): ApiKey | null => {
    const [authorization = '', ...others] = headerValues(request, 'authorization');
    const [, token] = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization) ?? [];
    return token === undefined || others.length > 0 ? null : find(token);
  };
}

import { createHash, randomBytes } from 'node:crypto';

import { formatApiKey, type Scope } from '../../src/domain/api-key.ts';

/** A key as its owner has it, and as API_KEYS names it. */
export type TestKey = { readonly key: string; readonly entry: string };

/** Makes a key of its own. */
export function makeKey(name: string, ...scopes: Scope[]): TestKey {
  const key = `msp_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  return { key, entry: formatApiKey({ name, scopes, sha256 }) };
}

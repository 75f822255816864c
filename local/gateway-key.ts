import { createHash, randomBytes } from 'node:crypto';

import { formatApiKey } from '../src/domain/api-key.ts';

/** A key of the local run, and the API_KEYS with which the gateway accepts it. */
export type GatewayKey = { readonly key: string; readonly apiKeys: string };

/**
 * A key for the sample calls, beside those of the user, which are known here only by their digests.
 * `null` where the user has none: then the gateway asks for none.
 */
export function makeGatewayKey(env: Readonly<Record<string, string>>): GatewayKey | null {
  const theirs = env['API_KEYS']?.trim() ?? '';
  if (theirs === '') return null;
  const key = randomBytes(32).toString('base64url');
  const sha256 = createHash('sha256').update(key).digest('hex');
  const ours = formatApiKey({
    name: 'npm-start',
    scopes: ['calls:read', 'calls:start'],
    sha256,
  });
  return { key, apiKeys: `${theirs},${ours}` };
}

import type { FastifyRequest } from 'fastify';

import type { AccessConfig } from './access.ts';
import { createHostRule } from './hosts.ts';
import { createIdentify } from './identity.ts';

/**
 * Creates the rule that tells whether the sender of a request may see how the service itself is, for
 * routes that answer others too, with less. Without keys, whoever may do everything may see it: but not a page
 * whose name leads to this machine, which such routes answer as well.
 */
export function createAdministratorRule({ publicUrl, apiKeys }: AccessConfig) {
  const isToUs = createHostRule(publicUrl);
  const identify = createIdentify(apiKeys);

  return ({ raw }: FastifyRequest): boolean =>
    apiKeys.length === 0 ? isToUs(raw) : identify(raw)?.scopes.includes('admin') === true;
}

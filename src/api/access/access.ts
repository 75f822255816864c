import type { FastifyInstance } from 'fastify';

import type { ApiKey } from '../../domain/api-key.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { RequestLimits } from './request-limits.ts';
import { setCaller } from './caller.ts';
import { createHostRule } from './hosts.ts';
import { createIdentify } from './identity.ts';
import { createOriginRule } from './origins.ts';
import { isProbe } from './paths.ts';
import { requirementOf } from './scopes.ts';
import { refuseControlCharacters } from './texts.ts';

export type AccessConfig = {
  /** The address at which people and systems find the gateway; `null` when only this machine does. */
  readonly publicUrl: string | null;
  /** With none, whoever reaches the gateway may do everything. */
  readonly apiKeys: readonly ApiKey[];
};

/**
 * Decides about each request before its body is read: it was sent to a name of ours, and not by a web
 * page of another origin, and brings a key that may do what it asks. Once it is read: it holds no text that cannot
 * be stored. Every route has to say what it needs (scopes.ts).
 */
export function guard(
  app: FastifyInstance,
  { publicUrl, apiKeys }: AccessConfig,
  { onRefusedKey, onAcceptedKey }: RequestLimits,
): void {
  const isToUs = createHostRule(publicUrl);
  const isForeign = createOriginRule(publicUrl);
  const identify = createIdentify(apiKeys);

  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      if (requirementOf(each, url) === null) throw new Error(`Who may ${each} ${url}?`);
    }
  });

  app.addHook('onRequest', async ({ raw, url }, reply) => {
    // What is known of calls must not stay in a cache.
    void reply.header('cache-control', 'no-store');
    if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
      throw new ServiceError('INVALID_INPUT', 'The request has no Host header.');
    }
    if (!isToUs(raw) && !isProbe(url)) {
      throw new ServiceError(
        'HOST_NOT_SERVED',
        'The request was sent to a host that is not served.',
      );
    }
    if (isForeign(raw)) {
      throw new ServiceError('ORIGIN_FOREIGN', 'A web page of another origin sent the request.');
    }
  });

  if (apiKeys.length > 0) {
    app.addHook('onRequest', async (request) => {
      const needed = requirementOf(request.method, request.routeOptions.url);
      if (needed === 'no key') return;
      const key = identify(request.raw);
      if (key === null) {
        await onRefusedKey(request);
        throw new ServiceError('KEY_REFUSED', 'The request brings no key that is accepted.');
      }
      setCaller(request, key.name);
      await onAcceptedKey(request);
      if (needed !== 'any key' && (needed === null || !key.scopes.includes(needed))) {
        throw new ServiceError('SCOPE_MISSING', `The key ${key.name} lacks the scope ${needed}.`);
      }
    });
  }

  app.addHook('preValidation', async ({ params, query, body }) => {
    for (const [name, value] of Object.entries({ params, query, body })) {
      refuseControlCharacters(name, value);
    }
  });
}

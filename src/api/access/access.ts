import type { FastifyInstance } from 'fastify';

import { ServiceError } from '../../domain/service-error.ts';
import { createHostRule } from './hosts.ts';
import { createOriginRule } from './origins.ts';
import { isProbe } from './paths.ts';
import { refuseControlCharacters } from './texts.ts';

export type AccessConfig = {
  /** The address at which people and systems find the gateway; `null` when only this machine does. */
  readonly publicUrl: string | null;
};

/**
 * Decides about each request before its body is read: it was sent to a name of ours, and not by a web
 * page of another origin. Once it is read: it holds no text that cannot be stored.
 */
export function guard(app: FastifyInstance, { publicUrl }: AccessConfig): void {
  const isToUs = createHostRule(publicUrl);
  const isForeign = createOriginRule(publicUrl);

  app.addHook('onRequest', async ({ raw, url }, reply) => {
    // What is known of calls must not stay in a cache.
    void reply.header('cache-control', 'no-store');
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

  app.addHook('preValidation', async ({ params, query, body }) => {
    for (const [name, value] of Object.entries({ params, query, body })) {
      refuseControlCharacters(name, value);
    }
  });
}

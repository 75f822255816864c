import type { FastifyInstance } from 'fastify';

import type { loadAssets } from './load-assets.ts';

// A new version has another address, so a browser never has to ask again.
const FOR_GOOD = 'public, max-age=31536000, immutable';

/** `/console/assets/…`: scripts and styles, the same for everybody. */
export function serveAssets(
  app: FastifyInstance,
  { assets, version }: ReturnType<typeof loadAssets>,
): void {
  app.get<{ Params: { version: string; name: string } }>(
    '/console/assets/:version/:name',
    ({ params, headers }, reply) => {
      const asset = assets.get(params.name);
      if (asset === undefined) return reply.callNotFound();
      void reply.type(asset.type).header('vary', 'accept-encoding');
      // A page that was opened before an update asks for the version before it, and gets this one.
      if (params.version === version) void reply.header('cache-control', FOR_GOOD);
      const takesGzip = /\bgzip\b/.test(headers['accept-encoding'] ?? '');
      if (!takesGzip) return reply.send(asset.body);
      return reply.header('content-encoding', 'gzip').send(asset.zipped);
    },
  );
}

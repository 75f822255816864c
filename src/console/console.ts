import type { FastifyPluginAsync } from 'fastify';

import { serveAssets } from './assets/assets.ts';
import { loadAssets } from './assets/load-assets.ts';
import { addCall } from './call/call.ts';
import { addReprocess } from './call/reprocess.ts';
import { addCalls } from './calls/calls.ts';
import { addBulk } from './failures/bulk.ts';
import { addFailures } from './failures/failures.ts';
import { addOverview } from './overview/overview.ts';
import { createPages } from './page/pages.ts';
import { addService } from './service/service.ts';
import { addSignIn } from './sign-in/sign-in.ts';

/**
 * The console: pages at which people look at calls. It reads and changes nothing but by the public API, in
 * the name of whoever opens a page, so it has to be registered beside it.
 */
export const consolePages: FastifyPluginAsync = async (app) => {
  // What a form sends.
  app.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body))),
  );
  const loaded = loadAssets();
  serveAssets(app, loaded);
  const pages = createPages(app, loaded);
  addSignIn(pages);
  addCalls(pages);
  addCall(pages);
  addReprocess(pages);
  addFailures(pages);
  addBulk(pages);
  addOverview(pages);
  addService(pages);
};

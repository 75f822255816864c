import { fastifySwaggerUi } from '@fastify/swagger-ui';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { about } from '../document/about.ts';

// The page runs what this gateway serves, and asks nobody but this gateway. Its pictures are in its style sheet.
const PAGE_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

const PAGE = '/docs';

const openApi = z
  .looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) })
  .describe('The document.');

const page = {
  description: 'The page, for a browser.',
  content: { 'text/html': { schema: z.string() } },
};

/** `GET /openapi.json`: what the gateway can do, for programs; `GET /docs`: the same for people. */
export const documentRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/openapi.json',
    {
      schema: {
        ...about({
          name: 'readDocument',
          tag: 'service',
          summary: 'This document',
          does: 'Describes every route of the gateway in OpenAPI 3.1, made from the schemas by which requests are checked and answers are written.',
          refusals: [],
        }),
        response: { 200: openApi },
      },
    },
    () => openApi.parse(app.swagger()),
  );

  const pageSchema = {
    ...about({
      name: 'showDocument',
      tag: 'service',
      summary: 'This document as a page',
      does: 'Shows the document to people, in a page that loads nothing from elsewhere. With a key, requests can be tried from it.',
      refusals: [],
    }),
    response: { 200: page },
  };
  // The package describes its page as hidden, along with the parts that a browser loads for it.
  app.addHook('onRoute', (route) => {
    if (route.url === PAGE) route.schema = pageSchema;
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: PAGE,
    staticCSP: PAGE_POLICY,
    theme: { title: 'Call processing' },
    uiConfig: { displayRequestDuration: true },
  });
};

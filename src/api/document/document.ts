import { fastifySwagger } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';

import { TAGS } from './about.ts';
import { createTransform } from './transform.ts';
import { tidy } from './tidy.ts';

// Of the API, not of the service: it rises when a client that worked could break.
const API_VERSION = '1';

const INTRODUCTION = `Turns call recordings into transcripts, companies and analyses.

Every error is a problem document (RFC 9457) with a \`code\` to decide by and a \`remedy\` to read. Unknown fields and parameters are refused. A gateway without configured keys serves its own machine alone, and asks for none.`;

/**
 * Collects what the routes that are registered from now on say about themselves, for an OpenAPI
 * document. What is validated and what is documented are the same zod schemas.
 */
export function collectDocument(
  app: FastifyInstance,
  { hasKeys }: { readonly hasKeys: boolean },
): void {
  void app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Call processing', version: API_VERSION, description: INTRODUCTION },
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      servers: [{ url: '/', description: 'The gateway that served this document.' }],
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description: 'A key made by `npm run api-key`, with the scope that the route names.',
          },
          signature: {
            type: 'apiKey',
            in: 'header',
            name: 'webhook-signature',
            description:
              'A signature by Standard Webhooks over `webhook-id`, `webhook-timestamp` and the bytes of the body, with a secret of HOOK_SECRET.',
          },
        },
      },
    },
    transform: createTransform(hasKeys),
    transformObject: (document) => tidy(jsonSchemaTransformObject(document)),
  });
}

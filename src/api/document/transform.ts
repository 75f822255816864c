import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { requirementOf, type Requirement } from '../access/scopes.ts';
import { REFUSALS } from './about.ts';
import { refusalsOf } from './refusals.ts';

const toJsonSchemas = createJsonSchemaTransform({ skipList: [] });

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transform']>;

/** What a route says about itself: `about()` beside its zod schemas. */
type RouteSchema = FastifySchema & { readonly [REFUSALS]?: readonly ErrorCode[] };

/**
 * Creates what turns what a route says about itself into its entry of the document, and adds what holds for every
 * route: who may, and how requests are refused.
 */
export const createTransform =
  (hasKeys: boolean): Transform =>
  (document) => {
    const { schema, url, route } = document;
    const { [REFUSALS]: refusals, ...own }: RouteSchema = schema ?? {};
    // Parts of a page, which are for its browser alone. Any other such route fails the document's test.
    if (refusals === undefined) return { schema: { hide: true }, url };
    const method = [route.method].flat()[0] ?? 'GET';
    const requirement = requirementOf(method, url) ?? 'any key';
    const refused = refusalsOf({ method, pattern: url, requirement, refusals });
    const described: FastifySchema = {
      ...own,
      description: `${own.description ?? ''}\n\n${whoMay(own, requirement)}`,
      security: own.security ?? securityOf(requirement, hasKeys),
      response: { ...answersOf(own.response), ...refused },
    };
    const transformed = toJsonSchemas({ ...document, schema: described });
    // The transform of zod's schemas leaves headers out.
    const response: Record<string, object> = { ...Object(transformed.schema).response };
    for (const [status, { headers }] of Object.entries(refused)) {
      if (headers !== undefined) response[status] = { ...response[status], headers };
    }
    return { url: withoutSlash(url), schema: { ...transformed.schema, response } };
  };

/** A page is served with a slash at the end of its address, too. */
function withoutSlash(url: string): string {
  return url.replace(/(?<=.)\/$/, '');
}

/** A gateway without keys takes requests without one, too. */
function securityOf(requirement: Requirement, hasKeys: boolean): Record<string, string[]>[] {
  if (requirement === 'no key') return [];
  const key = requirement === 'any key' ? [] : [requirement];
  return hasKeys ? [{ key }] : [{}, { key }];
}

function whoMay({ security }: FastifySchema, requirement: Requirement): string {
  if (requirement === 'no key') {
    return security === undefined ? 'Needs no key.' : 'Needs no key, but proof of a shared secret.';
  }
  return requirement === 'any key'
    ? 'Needs a key.'
    : `Needs a key with the scope \`${requirement}\`, if the gateway has keys.`;
}

/** The answers of a route, each with a description of its own. */
function answersOf(response: unknown): Record<string, object> {
  const answers: Record<string, object> = {};
  for (const [status, answer] of Object.entries(Object(response))) {
    answers[status] =
      answer instanceof z.ZodType
        ? {
            description: answer.description ?? 'The answer.',
            content: { 'application/json': { schema: answer } },
          }
        : Object(answer);
  }
  return answers;
}

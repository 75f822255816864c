import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { SCOPES } from '../../domain/api-key.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { AccessConfig } from '../access/access.ts';
import { createIdentify, requireToken } from '../access/identity.ts';
import { createKeyFinder } from '../access/keys.ts';
import type { RequestLimits } from '../access/request-limits.ts';
import { createSessions, ENDED_COOKIE, type Session } from '../access/sessions.ts';
import { noQuery } from '../closed-query.ts';
import { about } from '../document/about.ts';
import { sessionReply, signInBody, type SessionReply } from '../session-schemas.ts';

export type SessionDeps = {
  readonly access: AccessConfig;
  readonly requestLimits: RequestLimits;
};

const NOBODY: SessionReply = { name: null, scopes: [], token: null, expiresAt: null };

/** Without keys, whoever reaches the gateway may do everything, and there is nothing to sign in to. */
const EVERYBODY: SessionReply = { ...NOBODY, scopes: [...SCOPES] };

/** `/session`: how somebody signs in to the console with a key, and out. */
export const sessionRoutes: FastifyPluginAsyncZod<SessionDeps> = async (app, deps) => {
  const { apiKeys } = deps.access;
  const hasKeys = apiKeys.length > 0;
  const findKey = createKeyFinder(apiKeys);
  const identify = createIdentify(apiKeys);
  const sessions = createSessions(apiKeys);

  app.get(
    '/session',
    {
      schema: {
        ...about({
          name: 'readSession',
          tag: 'service',
          summary: 'Who is signed in',
          does: 'Tells with which key somebody has signed in and what it permits. Without a session or a key it permits nothing; in a gateway without keys, everything.',
          refusals: [],
        }),
        querystring: noQuery,
        response: { 200: sessionReply },
      },
    },
    ({ raw }) => {
      if (!hasKeys) return EVERYBODY;
      const session = sessions.read(raw);
      if (session !== null) return toReply(session);
      const key = identify(raw);
      return key === null ? NOBODY : { ...NOBODY, name: key.name, scopes: [...key.scopes] };
    },
  );

  app.post(
    '/session',
    {
      schema: {
        ...about({
          name: 'signIn',
          tag: 'service',
          summary: 'Sign in with a key',
          does: 'Begins a session, whose cookie takes the place of the key for twelve hours, or until the key is removed. Changes also need its token, in the header `x-session-token`.',
          refusals: ['KEY_REFUSED', 'LIMIT_REACHED'],
        }),
        body: signInBody,
        querystring: noQuery,
        response: { 200: sessionReply.describe('The session; its cookie is in `Set-Cookie`.') },
      },
    },
    async (request, reply) => {
      if (!hasKeys) return EVERYBODY;
      const key = findKey(request.body.key);
      if (key === null) {
        await deps.requestLimits.onRefusedKey(request);
        throw new ServiceError('KEY_REFUSED', 'This is no key that is accepted.');
      }
      const { cookie, session } = sessions.open(key);
      void reply.header('set-cookie', cookie);
      return toReply(session);
    },
  );

  app.delete(
    '/session',
    {
      schema: {
        ...about({
          name: 'signOut',
          tag: 'service',
          summary: 'Sign out',
          does: 'Ends the session in the browser that asks, which forgets its cookie.',
          refusals: ['TOKEN_MISSING'],
        }),
        querystring: noQuery,
        response: { 200: sessionReply },
      },
    },
    ({ raw }, reply) => {
      const session = sessions.read(raw);
      if (session !== null) requireToken(raw, session);
      void reply.header('set-cookie', ENDED_COOKIE);
      return hasKeys ? NOBODY : EVERYBODY;
    },
  );
};

function toReply({ key, token, expiresAt }: Session): SessionReply {
  return {
    name: key.name,
    scopes: [...key.scopes],
    token,
    expiresAt: expiresAt.toISOString(),
  };
}

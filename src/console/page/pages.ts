import { randomBytes } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { FailuresReply } from '../../api/listing/replies.ts';
import type { SessionReply } from '../../api/session-schemas.ts';
import { askFor, readSession, Refusal, type Api } from './api.ts';
import { html } from './html.ts';
import { layOut, policyOf, toParked, type Loaded, type Parked } from './layout.ts';
import { may, type Answer, type Page, type Visit } from './page.ts';
import { problemPage } from './problem-page.ts';

const NOBODY: SessionReply = { name: null, scopes: [], token: null, expiresAt: null };

type Handler = (visit: Visit) => Promise<Answer>;

/** Adds pages to the gateway, each with what holds for all: who may, what it may load, what it is framed by. */
export type Pages = ReturnType<typeof createPages>;

export function createPages(app: FastifyInstance, loaded: Loaded) {
  async function receive(request: FastifyRequest, handler: Handler): Promise<[Visit, Answer]> {
    const api = askFor(app, request);
    const nonce = randomBytes(16).toString('base64');
    const stranger: Visit = { request, api, nonce, now: Date.now(), session: NOBODY };
    try {
      const visit = { ...stranger, session: await readSession(api) };
      return [visit, await orProblem(() => handler(visit))];
    } catch (error) {
      // Too busy to say who it is.
      if (!(error instanceof Refusal)) throw error;
      return [stranger, problemPage(error.problem)];
    }
  }

  async function show(reply: FastifyReply, visit: Visit, answer: Answer): Promise<FastifyReply> {
    if ('goTo' in answer) {
      if (typeof answer.cookie === 'string') void reply.header('set-cookie', answer.cookie);
      return reply.redirect(answer.goTo, 303);
    }
    const parked = may(visit, 'calls:read') ? await findParked(visit.api) : null;
    return (
      reply
        .status(answer.status ?? 200)
        .type('text/html; charset=utf-8')
        .header('content-security-policy', policyOf(loaded, visit.nonce))
        // With none at all, browsers would not say of a form that this page sent it.
        .header('referrer-policy', 'same-origin')
        .send(layOut(answer, { visit, parked, loaded }))
    );
  }

  const handle = (handler: Handler) => async (request: FastifyRequest, reply: FastifyReply) => {
    const [visit, answer] = await receive(request, handler);
    return show(reply, visit, answer);
  };

  /** Those who are not signed in are sent to the page where they can, and come back afterwards. */
  const signedIn =
    (handler: Handler): Handler =>
    async (visit) => {
      if (visit.session.scopes.length > 0) return handler(visit);
      if (cameFromElsewhere(visit.request)) return reloaded();
      const next = visit.request.method === 'GET' ? visit.request.url : '/console';
      return { goTo: `/console/sign-in?${new URLSearchParams({ next }).toString()}` };
    };

  return {
    /** A page. */
    show: (path: string, handler: Handler) => app.get(path, handle(signedIn(handler))),
    /** What a form sends. */
    take: (path: string, handler: Handler) => app.post(path, handle(signedIn(handler))),
    /** The same for everybody, signed in or not. */
    forAll: {
      show: (path: string, handler: Handler) => app.get(path, handle(handler)),
      take: (path: string, handler: Handler) => app.post(path, handle(handler)),
    },
  };
}

/** A refusal of the API becomes a page that tells of it. */
async function orProblem(answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return problemPage(error.problem);
  }
}

/** The page is shown all the same while nobody can say how many are parked. */
async function findParked(api: Api): Promise<Parked | null> {
  try {
    return toParked(await api.get<FailuresReply>('/failures'));
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** Whether a link on a page of another site was followed. Then the browser keeps the cookie back. */
function cameFromElsewhere({ method, headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return method === 'GET' && (site === 'cross-site' || site === 'same-site');
}

/** A page that asks for itself once more: this time from here, and so with the cookie. */
function reloaded(): Page {
  return {
    title: 'One moment',
    reloads: true,
    body: html`<p>One moment … <a href="">Go on</a> if nothing happens.</p>`,
  };
}

import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Problem } from '../../api/problem.ts';
import type { ReadinessReply } from '../../api/routes/readiness.ts';
import type { SessionReply } from '../../api/session-schemas.ts';

/** An answer of the API that is not what was asked for: a problem document, with its status. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** The public API, as it answers to the reader of a page. */
export type Api = {
  /** Reads JSON. Throws a Refusal for every other answer than 200. */
  get<T>(path: string): Promise<T>;
  /** The same, where the API may have nothing (404): then `null`. */
  find<T>(path: string): Promise<T | null>;
  /** How the service itself is; it says so with 200 and with 503. */
  readiness(): Promise<ReadinessReply>;
  /** Asks for something by POST that changes nothing. */
  preview<T>(path: string, question: Change): Promise<T>;
  /** Sends a change with the token of a form. Throws a Refusal unless it is accepted. */
  send<T>(method: 'POST' | 'DELETE', path: string, change: Change): Promise<Sent<T>>;
};

type Change = { readonly body?: object; readonly token: string };
type Sent<T> = { readonly body: T; readonly cookie: string | null };

// Who asks, from where, and with which session. Where a page was opened from is no matter of what it reads.
const ABOUT_READER = ['host', 'cookie', 'x-forwarded-for'] as const;
const ABOUT_CHANGE = [...ABOUT_READER, 'origin', 'sec-fetch-site'] as const;

/**
 * Asks the API of this very process in the name of somebody who opens a page: with their cookie, address
 * and host, and therefore with their rights and limits.
 */
export function askFor(app: FastifyInstance, request: FastifyRequest): Api {
  const ask = async (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    { body, headers }: { readonly body?: object; readonly headers: Record<string, string> },
  ) =>
    app.inject({
      method,
      url: path,
      headers,
      remoteAddress: request.socket.remoteAddress ?? '',
      ...(body === undefined ? {} : { payload: body }),
    });

  const read = async <T>(path: string, isAbsent: boolean): Promise<T | null> => {
    const answer = await ask('GET', path, { headers: pick(request, ABOUT_READER) });
    if (isAbsent && answer.statusCode === 404) return null;
    return answer.statusCode === 200 ? answer.json<T>() : refuse(answer.json<Problem>());
  };

  return {
    async get<T>(path: string) {
      const found = await read<T>(path, false);
      if (found === null) throw new Error(`Nothing at ${path}.`);
      return found;
    },
    find: (path) => read(path, true),
    async readiness() {
      const answer = await ask('GET', '/readyz', { headers: pick(request, ABOUT_READER) });
      const isTold = answer.statusCode === 200 || answer.statusCode === 503;
      return isTold ? answer.json<ReadinessReply>() : refuse(answer.json<Problem>());
    },
    async preview<T>(path: string, { body, token }: Change): Promise<T> {
      // A page asks this when it is opened, from wherever that is; what it says of itself is true of the page.
      const headers = {
        ...pick(request, ABOUT_READER),
        'x-session-token': token,
        'sec-fetch-site': 'same-origin',
      };
      const answer = await ask('POST', path, { headers, ...(body === undefined ? {} : { body }) });
      return answer.statusCode === 200 ? answer.json<T>() : refuse(answer.json<Problem>());
    },
    async send<T>(
      method: 'POST' | 'DELETE',
      path: string,
      { body, token }: Change,
    ): Promise<Sent<T>> {
      const headers = { ...pick(request, ABOUT_CHANGE), 'x-session-token': token };
      const answer = await ask(method, path, { headers, ...(body === undefined ? {} : { body }) });
      if (answer.statusCode >= 300) refuse(answer.json<Problem>());
      const cookie = answer.headers['set-cookie'];
      return { body: answer.json<T>(), cookie: typeof cookie === 'string' ? cookie : null };
    },
  };
}

/** Who opens a page; without a session nobody. */
export function readSession(api: Api): Promise<SessionReply> {
  return api.get<SessionReply>('/session');
}

function refuse(problem: Problem): never {
  throw new Refusal(problem);
}

function pick({ headers }: FastifyRequest, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') picked[name] = value;
  }
  return picked;
}

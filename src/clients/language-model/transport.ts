import { Agent, fetch as undiciFetch, type Response as UndiciResponse } from 'undici';

import { exceedsBounds, MAX_DEPTH } from '../shared/json-bounds.ts';
import { readBounded } from '../shared/read-bounded.ts';
import { readErrorWords } from './error-words.ts';
import { modelError } from './errors.ts';

/** A long transcript on a small machine takes minutes; two such requests, and a wait for a place, fit the step's 25 minutes. */
export const REQUEST_TIMEOUT_MS = 10 * 60 * 1000;

/** An analysis has a few kilobytes; whatever exceeds this is not an answer. */
const MAX_BYTES = 1024 * 1024;

/** An analysis has about two hundred values, and what servers put around it a few dozen. */
const BOUNDS = { maxDepth: MAX_DEPTH, maxValues: 20_000 };

const CONNECT_TIMEOUT_MS = 10_000;

/** Statuses with which a Response must not have a body. */
const WITHOUT_BODY = [204, 205, 304];

export type Transport = {
  /**
   * The `fetch` that the library is given. It waits for headers as long as the request may take (the
   * runtime's own gives up after five minutes), reads the whole answer, so that the library's timeout
   * covers the body too, bounds its size, and follows no redirect.
   */
  readonly fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>;
};

/** Creates the connections to the server. */
export function createTransport(): Transport {
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
  });

  return {
    async fetch(url, init = {}) {
      const response = await undiciFetch(url instanceof Request ? url.url : url, {
        method: init.method ?? 'GET',
        headers: [...new Headers(init.headers)],
        body: typeof init.body === 'string' ? init.body : null,
        signal: init.signal ?? null,
        redirect: 'manual',
        dispatcher,
      });
      const body = await readBounded(response.body ?? [], MAX_BYTES, () =>
        modelError('MODEL_OUTPUT_INVALID', `the answer exceeds ${MAX_BYTES} bytes`),
      );
      if (exceedsBounds(body.toString('latin1'), BOUNDS)) {
        throw modelError('MODEL_OUTPUT_INVALID', 'the answer holds more than an analysis can');
      }
      if (response.status >= 400) return toReadableError(response, body);
      return new Response(WITHOUT_BODY.includes(response.status) ? null : body, {
        status: response.status,
        headers: [...response.headers],
      });
    },
  };
}

/** An error in the one shape that the library reads; of any other it would lose what the server said. */
function toReadableError({ status, headers }: UndiciResponse, body: Buffer): Response {
  const message = readErrorWords(body.toString());
  return new Response(JSON.stringify({ error: { message } }), {
    status,
    headers: [...headers].filter(([name]) => name === 'retry-after'),
  });
}

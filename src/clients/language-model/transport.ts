import { Agent, fetch as undiciFetch } from 'undici';

import { ServiceError } from '../../domain/service-error.ts';

/** A long transcript on a small machine takes minutes; two such requests fit the step's 20 minutes. */
export const REQUEST_TIMEOUT_MS = 10 * 60 * 1000;

/** An analysis has a few kilobytes; whatever exceeds this is no answer. */
const MOST_BYTES = 1024 * 1024;

const CONNECT_TIMEOUT_MS = 10_000;

/** Statuses that a Response may not be given a body with. */
const WITHOUT_BODY = [204, 205, 304];

/**
 * The `fetch` that the library is given. It waits for headers as long as the request may take (the
 * runtime's own gives up after five minutes), reads the whole answer, so that the library's timeout
 * covers the body too, bounds its size, and follows no redirect.
 */
export function createFetch(): (
  url: string | URL | Request,
  init?: RequestInit,
) => Promise<Response> {
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
  });

  return async (url, init = {}) => {
    const response = await undiciFetch(url instanceof Request ? url.url : url, {
      method: init.method ?? 'GET',
      headers: [...new Headers(init.headers)],
      body: typeof init.body === 'string' ? init.body : null,
      signal: init.signal ?? null,
      redirect: 'manual',
      dispatcher,
    });
    const body = await readBounded(response.body ?? []);
    return new Response(WITHOUT_BODY.includes(response.status) ? null : body, {
      status: response.status,
      headers: [...response.headers],
    });
  };
}

async function readBounded(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) {
      throw new ServiceError(
        'MODEL_OUTPUT_INVALID',
        `Asking the language model failed: the answer exceeds ${MOST_BYTES} bytes; check LLM_BASE_URL and LLM_MODEL.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

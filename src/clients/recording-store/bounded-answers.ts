import { Readable } from 'node:stream';

import type { Storage } from '@google-cloud/storage';

import { MAX_DEPTH, parseBounded } from '../shared/json-bounds.ts';
import { readBounded } from '../shared/read-bounded.ts';

type Adapter = NonNullable<Parameters<Storage['authClient']['request']>[0]['adapter']>;

/** A page of a thousand objects has about a megabyte; every other answer, and every refusal, is small. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Statuses with which a Response must not have a body. */
const WITHOUT_BODY = [204, 205, 304];

/** Those objects have twenty fields each. */
const BOUNDS = { maxDepth: MAX_DEPTH, maxValues: 100_000 };

/**
 * Reads the answers of the library's HTTP client, which has no bound of its own: at most so many
 * bytes of a refusal, or of JSON. What is requested as a stream is bounded by who reads it.
 */
export const boundedAnswers: Adapter = async (options, send) => {
  const response = await send({ ...options, responseType: 'stream' });
  const isStream = options.responseType === 'stream';
  if (isStream && response.ok) return response;

  const body: unknown = response.data;
  const toError = () => new Error(`The answer exceeds ${MAX_BYTES} bytes.`);
  const bytes = await readBounded(isIterable(body) ? body : [], MAX_BYTES, toError);
  const { status, statusText, headers } = response;
  const hasBody = !WITHOUT_BODY.includes(status);
  const answer = new Response(hasBody ? bytes : null, { status, statusText, headers });
  // The client drops the reasons of a refusal whose body it takes for unread.
  const text = await answer.text();
  // It collects the body of a refused stream itself.
  const data: unknown = isStream ? Readable.from([bytes]) : (parseBounded(text, BOUNDS) ?? text);
  return Object.assign(answer, { config: options, data: response.data }, { data });
};

function isIterable(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

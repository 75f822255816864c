import { ServiceError } from '../../domain/service-error.ts';
import { MAX_DEPTH, parseBounded } from '../shared/json-bounds.ts';
import { readBounded } from '../shared/read-bounded.ts';
import { withDeadline } from '../shared/with-deadline.ts';
import { connectWiseError, toConnectionError, toStatusError } from './errors.ts';

export type ConnectWiseAddress = {
  /** Ends in `/v4_6_release/apis/3.0` or `/<codebase>/apis/3.0`. */
  readonly url: string;
  readonly companyId: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly clientId: string;
};

/** A JSON answer, and the header Link, which says whether the list goes on. */
type Reply = { readonly json: unknown; readonly link: string | null };

export type Get = (pathAndQuery: string, signal: AbortSignal) => Promise<Reply>;

export type Transport = {
  /** One GET. Redirects are refused and the size is bounded. Throws CONNECTWISE_* codes. */
  readonly get: Get;
  /** Runs requests that together have `timeoutMs`. Throws CONNECTWISE_UNAVAILABLE after that. */
  readonly withDeadline: <T>(
    signal: AbortSignal,
    work: (limited: AbortSignal) => Promise<T>,
  ) => Promise<T>;
};

/** A full page of contacts with their items has about 2 MB; four times that is not an answer to us. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Such a page has a thousand contacts, with ten items and eighty values each. */
const BOUNDS = { maxDepth: MAX_DEPTH, maxValues: 200_000 };

/**
 * The version of the API whose fields are read here. Without one, the server's newest version
 * answers, and fields may change their form with an update of the site.
 */
const API_VERSION = '2021.1';

/** Creates the connection to ConnectWise, with its headers. */
export function createTransport(address: ConnectWiseAddress, timeoutMs: number): Transport {
  const base = address.url.replace(/\/+$/, '');
  const { companyId, publicKey, privateKey, clientId } = address;
  const credentials = Buffer.from(`${companyId}+${publicKey}:${privateKey}`).toString('base64');
  const headers = {
    authorization: `Basic ${credentials}`,
    clientid: clientId,
    accept: `application/vnd.connectwise.com+json; version=${API_VERSION}, application/json`,
  };
  const toTimeoutError = (cause: unknown) =>
    connectWiseError('CONNECTWISE_UNAVAILABLE', `no answer within ${timeoutMs / 1000} s`, {
      cause,
    });

  return {
    async get(pathAndQuery, signal) {
      const response = await send(`${base}${pathAndQuery}`, headers, signal);
      if (response.status !== 200) {
        await response.body?.cancel();
        throw toStatusError(response.status, response.headers.get('retry-after'));
      }
      const text = await readText(response, signal);
      return { json: parseJson(text), link: response.headers.get('link') };
    },
    withDeadline: (signal, work) => withDeadline({ signal, timeoutMs, toTimeoutError }, work),
  };
}

async function send(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(url, { headers, signal, redirect: 'manual' });
  } catch (error) {
    signal.throwIfAborted();
    throw toConnectionError(error, 'no answer came');
  }
}

async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const toTooLargeError = () =>
    connectWiseError('CONNECTWISE_REPLY_INVALID', `the answer exceeds ${MAX_BYTES} bytes`);
  try {
    return (await readBounded(response.body ?? [], MAX_BYTES, toTooLargeError)).toString('utf8');
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ServiceError ? error : toConnectionError(error, 'the answer broke off');
  }
}

function parseJson(text: string): unknown {
  const json = parseBounded(text, BOUNDS);
  if (json === undefined) {
    throw connectWiseError(
      'CONNECTWISE_REPLY_INVALID',
      'the answer is not JSON, or holds too much',
    );
  }
  return json;
}

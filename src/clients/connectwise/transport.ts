import { replyInvalid, toStatusError, unavailable } from './errors.ts';

export type ConnectWiseAddress = {
  /** Ends in `/v4_6_release/apis/3.0` or `/<codebase>/apis/3.0`. */
  readonly url: string;
  readonly companyId: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly clientId: string;
};

/** A JSON answer and where it says that it goes on. */
type Reply = { readonly json: unknown; readonly link: string | null };

export type Get = (pathAndQuery: string, signal: AbortSignal) => Promise<Reply>;

/** A full page of contacts with their items has about 2 MB; ten times that is not an answer to us. */
const MOST_BYTES = 20 * 1024 * 1024;

/**
 * The version of the API whose fields are read here; without one the server's newest answers, and
 * fields may change their form with an update of the site.
 */
const API_VERSION = '2021.1';

/** GET with ConnectWise's headers; redirects refused, size bounded. Throws CONNECTWISE_* codes. */
export function createGet(address: ConnectWiseAddress): Get {
  const base = address.url.replace(/\/+$/, '');
  const { companyId, publicKey, privateKey, clientId } = address;
  const credentials = Buffer.from(`${companyId}+${publicKey}:${privateKey}`).toString('base64');
  const headers = {
    authorization: `Basic ${credentials}`,
    clientid: clientId,
    accept: `application/vnd.connectwise.com+json; version=${API_VERSION}, application/json`,
  };

  return async (pathAndQuery, signal) => {
    const response = await send(`${base}${pathAndQuery}`, headers, signal);
    if (response.status !== 200) {
      await response.body?.cancel();
      throw toStatusError(response.status, response.headers.get('retry-after'));
    }
    const text = await readText(response, signal);
    return { json: parseJson(text), link: response.headers.get('link') };
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
    throw unavailable(`no answer came (${networkReason(error)})`, error);
  }
}

async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > MOST_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw unavailable(`the answer broke off (${networkReason(error)})`, error);
  }
  if (size > MOST_BYTES) throw replyInvalid(`the answer exceeds ${MOST_BYTES} bytes`);
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw replyInvalid('the answer is not JSON');
  }
}

/** The system's code (ECONNREFUSED, …); messages may quote the URL and with it the number. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  return typeof code === 'string' ? code : 'connection failed';
}

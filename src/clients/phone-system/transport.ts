import { Agent, request } from 'undici';

import type { CallKey } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';
import { isSuccess, phoneSystemError, toConnectionError, toStatusError } from './errors.ts';

export type PhoneSystemAddress = {
  /** The part before `/api/json`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
};

export type Transport = {
  /**
   * The body of the reply to `recordings/get`. Throws PHONE_SYSTEM_… or RECORDING_NOT_FOUND; the
   * reason of `signal`. `transfer` ends the request when its body is no longer wanted.
   */
  getRecording(
    key: CallKey,
    signals: { readonly signal: AbortSignal; readonly transfer: AbortSignal },
  ): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
};

/**
 * Creates the connections to the phone system. `idleTimeoutMs` is how long it may stay silent: while
 * connecting, before its answer begins, and between two pieces of a body.
 */
export function createTransport(address: PhoneSystemAddress, idleTimeoutMs: number): Transport {
  const dispatcher = new Agent({
    connect: { timeout: idleTimeoutMs },
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
  });

  return {
    async *getRecording(key, { signal, transfer }) {
      try {
        signal.throwIfAborted();
        const reply = await request(recordingUrl(address, key), {
          dispatcher,
          signal: AbortSignal.any([signal, transfer]),
          // A compressed reply could unfold to any size (a "gzip bomb"); base64 gains little from it.
          headers: { accept: 'application/json', 'accept-encoding': 'identity' },
        });
        if (!isSuccess(reply.statusCode)) {
          const retryAfterMs = parseRetryAfter(reply.headers['retry-after']);
          throw toStatusError(reply.statusCode, key, { from: 'http', retryAfterMs });
        }
        const encoding = reply.headers['content-encoding'];
        if (encoding !== undefined && encoding !== 'identity') {
          throw phoneSystemError(
            'PHONE_SYSTEM_REPLY_INVALID',
            'the answer is compressed although that was not requested, perhaps by a proxy',
          );
        }
        const body: AsyncIterable<Uint8Array> = reply.body;
        yield* body;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw error instanceof ServiceError ? error : toConnectionError(error);
      }
    },
    close: () => dispatcher.close(),
  };
}

/** Ids become encoded query values only, so that none of them can change the address. */
export function recordingUrl({ url, username, password }: PhoneSystemAddress, key: CallKey): URL {
  const address = new URL(`${url.replace(/\/+$/, '')}/api/json/recording/recordings/get`);
  address.search = new URLSearchParams({
    auth_username: username,
    auth_password: password,
    recordgroup: key.recordgroup,
    uniqueid: key.callSid,
    recordid: key.recordid,
    encoding: 'base64',
    sha1: '1',
  }).toString();
  return address;
}

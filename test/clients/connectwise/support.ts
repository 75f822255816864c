import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import {
  createConnectWise,
  type ConnectWise,
  type ConnectWiseConfig,
} from '../../../src/clients/connectwise/client.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { assertNoAdvice } from '../../support/advice.ts';
import { startHttpServer, type HttpServer, type SeenRequest } from '../../support/http-server.ts';
import { withoutPlace } from '../../support/place.ts';
import { emptyQueue } from '../../support/request-queue.ts';

export const NUMBER = '+442079461234';

const CONFIG = {
  companyId: 'msp',
  publicKey: 'public',
  privateKey: 'private',
  clientId: 'client-guid',
  requestsPerMinute: 60_000,
} satisfies Omit<ConnectWiseConfig, 'url'>;

export type ConnectWiseRig = {
  /** A client whose every request is answered by `answer`; its server replaces the previous one. */
  clientOf(
    answer: (query: URL, response: ServerResponse) => void,
    options?: Partial<ConnectWiseConfig> & { timeoutMs?: number },
  ): Promise<ConnectWise>;
  requests(): readonly SeenRequest[];
  sent(index: number): SeenRequest;
  close(): Promise<void>;
};

export function createConnectWiseRig(): ConnectWiseRig {
  let server: HttpServer | null = null;
  const rig: ConnectWiseRig = {
    async clientOf(answer, { timeoutMs = 5_000, ...config } = {}) {
      await rig.close();
      server = await startHttpServer(({ url }, response) =>
        answer(new URL(url, 'http://localhost'), response),
      );
      const url = `${server.url}/v4_6_release/apis/3.0`;
      return createConnectWise({ ...CONFIG, url, ...config }, emptyQueue, timeoutMs);
    },
    requests: () => server?.requests ?? [],
    sent(index) {
      const request = server?.requests[index];
      assert.ok(request !== undefined, `request ${index} was sent`);
      return request;
    },
    async close() {
      await server?.close();
      server = null;
    },
  };
  return rig;
}

/** The error that a lookup fails with; fails the test when it contains anything private. */
export async function failure(lookup: Promise<unknown>): Promise<ServiceError> {
  const [result] = await Promise.allSettled([lookup]);
  assert.ok(result.status === 'rejected', 'the lookup must fail');
  assert.ok(result.reason instanceof ServiceError, String(result.reason));
  const text = JSON.stringify([withoutPlace(result.reason.message), result.reason.context]);
  assert.doesNotMatch(text, /7946|2079|private|secret|127\.0\.0\.1/, 'it contains private data');
  assertNoAdvice(result.reason.message);
  return result.reason;
}

export async function assertFails(lookup: Promise<unknown>, code: ErrorCode): Promise<void> {
  assert.equal((await failure(lookup)).code, code);
}

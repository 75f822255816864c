import { setTimeout as sleep } from 'node:timers/promises';

import {
  callReply,
  logReply,
  runReply,
  type CallReply,
  type LogReply,
  type RunReply,
} from '../../src/api/schemas.ts';
import { LocalRunError } from '../local-run-error.ts';
import type { Sample } from './sample.ts';

export type LogEntry = LogReply['entries'][number];

/** The requests that the local run sends to the gateway, over HTTP like any other client. */
export type GatewayClient = {
  /** `isNew` = this request started a run (202); otherwise the call is running or finished already. */
  submit(sample: Sample): Promise<RunReply & { readonly isNew: boolean }>;
  /** `null` while the call has no row. */
  readCall(callSid: string): Promise<CallReply | null>;
  readLog(callSid: string): Promise<readonly LogEntry[]>;
};

// The worker registers Temporal's search attributes when it starts; until then 503 is correct.
const RETRY_FOR_MS = 30_000;

/**
 * Creates a client that retries requests answered with 503 for half a minute. `key` is for a gateway
 * that asks for one.
 */
export function createGatewayClient(url: string, key: string | null = null): GatewayClient {
  const headers = key === null ? {} : { authorization: `Bearer ${key}` };

  async function request(path: string, init: RequestInit = { headers }): Promise<Response> {
    const deadline = Date.now() + RETRY_FOR_MS;
    for (;;) {
      const response = await fetch(`${url}${path}`, init);
      if (response.status !== 503 || Date.now() > deadline) return response;
      await response.body?.cancel();
      await sleep(500);
    }
  }

  return {
    async submit({ callRecordingId, recordgroup, recordid }) {
      const response = await request('/calls', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ callRecordingId, recordgroup, recordid }),
      });
      if (!response.ok) throw new LocalRunError(await describe(response, callRecordingId));
      return { ...runReply.parse(await response.json()), isNew: response.status === 202 };
    },
    async readCall(callSid) {
      const response = await request(`/calls/${encodeURIComponent(callSid)}`);
      if (response.status === 404) return null;
      if (!response.ok) throw new LocalRunError(await describe(response, callSid));
      return callReply.parse(await response.json());
    },
    async readLog(callSid) {
      const response = await request(`/calls/${encodeURIComponent(callSid)}/log`);
      if (response.status === 404) return [];
      if (!response.ok) throw new LocalRunError(await describe(response, callSid));
      return logReply.parse(await response.json()).entries;
    },
  };
}

async function describe(response: Response, callSid: string): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
  const reason = problem.detail ?? problem.title ?? 'it gave no reason';
  return `The gateway answered ${response.status} for the call ${callSid}: ${reason}`;
}

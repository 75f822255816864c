import type { Agent } from 'undici';
import { fetch } from 'undici';

import type { CallKey } from '../../src/domain/call.ts';

/** How one `POST /calls` was answered. */
export type Answer = {
  readonly status: number;
  readonly runId: string | null;
  readonly ms: number;
};

/** Sends `POST /calls`, and reads the answer to its end. */
export async function submit(url: string, key: CallKey, dispatcher: Agent): Promise<Answer> {
  const { callSid: callRecordingId, recordgroup, recordid } = key;
  const startedAt = performance.now();
  const reply = await fetch(`${url}/calls`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ callRecordingId, recordgroup, recordid }),
  });
  const { runId = null } = (await reply.json()) as { readonly runId?: string };
  return { status: reply.status, runId, ms: performance.now() - startedAt };
}

import { randomInt } from 'node:crypto';

import type { CallKey, CallStatus } from '../../src/domain/call.ts';
import type { Reply, Service } from './service.ts';
import { waitFor } from './wait-for.ts';

/** Brightwater Dental, in the sandbox's ConnectWise. */
const KNOWN_NUMBER = '+442079460101';

/** A word that belongs to one call alone, by which the sandbox tells its model requests apart. */
const marker = (callSid: string) => `ticket ${callSid.replaceAll(/\D/g, ' ').trim()}`;

/** Adds a recording that no other test knows, without submitting it. */
export async function addCall(
  service: Service,
  recording: Readonly<Record<string, unknown>> = {},
): Promise<CallKey> {
  // Of the year 2025: no longer fresh, so that a missing recording is missing for good.
  const second = 1_735_700_000 + randomInt(1_000_000);
  const callSid = `${second}.${randomInt(100_000)}`;
  const key = { callSid, recordgroup: '100', recordid: String(randomInt(1_000_000)) };
  await service.sandbox.addRecording({
    callRecordingId: callSid,
    recordgroup: key.recordgroup,
    recordid: key.recordid,
    // A length of its own gives the audio a hash of its own, and by it words of its own.
    audio: { generate: { kind: 'noise', seconds: 1 + randomInt(8_000) / 8_000 } },
    metadata: { snumber: KNOWN_NUMBER, cnumber: '+442079460000', start: second },
    transcript: `Hello, the printer is broken again, this is about ${marker(callSid)}.`,
    ...recording,
  });
  return key;
}

/**
 * Sends `POST /calls` for a call, and again as long as the answer is 503, as the gateway's clients
 * have to: on a crowded machine Temporal may take longer than the gateway waits for it.
 */
export function submit(
  service: Service,
  { callSid, recordgroup, recordid }: CallKey,
): ReturnType<Service['request']> {
  return waitFor(`call ${callSid} to be taken`, async () => {
    const body = { callRecordingId: callSid, recordgroup, recordid };
    const reply = await service.request('POST', '/calls', body);
    return reply.status === 503 ? null : reply;
  });
}

/** Adds and submits a call; returns its key. */
export async function startCall(
  service: Service,
  recording?: Readonly<Record<string, unknown>>,
): Promise<CallKey> {
  const key = await addCall(service, recording);
  await submit(service, key);
  return key;
}

/** Waits until the row of a call has this status and answers what the gateway says of it. */
export function untilStatus(
  service: Service,
  callSid: string,
  status: CallStatus,
  deadlineMs?: number,
): Promise<Reply> {
  return waitFor(
    `call ${callSid} to be ${status}`,
    async () => {
      const { body } = await service.request('GET', `/calls/${callSid}`);
      return body['status'] === status ? body : null;
    },
    deadlineMs,
  );
}

/** The events of a call's log, oldest first. */
export async function eventsOf(service: Service, callSid: string): Promise<string[]> {
  const { body } = await service.request('GET', `/calls/${callSid}/log`);
  return (body['entries'] as { event: string }[]).map(({ event }) => event);
}

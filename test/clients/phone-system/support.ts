import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { createPhoneSystem, type PhoneSystem } from '../../../src/clients/phone-system/client.ts';
import type { CallKey } from '../../../src/domain/call.ts';
import { type HttpServer, type SeenRequest, startHttpServer } from '../../support/http-server.ts';

export const KEY: CallKey = { callSid: '1700000000.42', recordgroup: 'main', recordid: '7' };
export const SECRET = 'correct horse & battery';
export const AUDIO = Buffer.from('RIFF and so on: any bytes will do for the phone system.');
export const never = new AbortController().signal;

/** Long enough for a busy machine, short enough for a test; undici's clock ticks twice a second. */
const IDLE_TIMEOUT_MS = 600;

export type Peer = { readonly client: PhoneSystem; readonly server: HttpServer };

/** Runs `work` with a client whose phone system gives the answers of the test. */
export async function withPhoneSystem<T>(
  answer: (response: ServerResponse, request: SeenRequest) => void,
  work: (peer: Peer) => Promise<T>,
  maxBytes = 1_000_000,
): Promise<T> {
  const server = await startHttpServer((request, response) => answer(response, request));
  const config = { url: server.url, username: 'api user', password: SECRET, maxBytes };
  const client = createPhoneSystem(config, IDLE_TIMEOUT_MS);
  try {
    return await work({ client, server });
  } finally {
    await server.close();
    await client.close();
  }
}

/** A receiver that keeps what it received, and records whether the stream ended without an error. */
export function createReceiver() {
  const chunks: Buffer[] = [];
  const state = { calls: 0, completed: false };
  return {
    state,
    received: () => Buffer.concat(chunks),
    async receive(audio: Readable): Promise<string> {
      state.calls += 1;
      for await (const chunk of audio as AsyncIterable<Buffer>) chunks.push(chunk);
      state.completed = true;
      return 'stored';
    },
  };
}

/** The usual reply, with the test's overrides. */
export function envelope(
  data: Record<string, unknown> | string | null,
  rest: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    responses: [{ code: 200, key: 'recordings.get', message: 'OK' }],
    ...rest,
    data,
  });
}

export function recording(
  overrides: Record<string, unknown> = {},
  audio: Buffer = AUDIO,
): Record<string, unknown> {
  return {
    snumber: '02079460123',
    size: audio.length,
    sha1: createHash('sha1').update(audio).digest('hex'),
    data: audio.toString('base64'),
    ...overrides,
  };
}

/** The error that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

import assert from 'node:assert/strict';

import {
  createSpeech,
  type Speech,
  type SpeechAudio,
  type SpeechConfig,
} from '../../../src/clients/speech/client.ts';
import { planRecognition } from '../../../src/clients/speech/plan.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import {
  responseOf,
  startSpeechServer,
  type Answers,
  type Operation,
  type SpeechServer,
} from './support.ts';
import { assertNoAdvice } from '../../support/advice.ts';
import { withoutPlace } from '../../support/place.ts';

export const AUDIO = {
  uri: 'gs://archive/call-recordings/1.wav',
  mimeType: 'audio/wav',
  codec: 'PCM',
  bitsPerSample: 16,
  channels: 1,
  sampleRateHertz: 8000,
  durationSeconds: 60,
} as const satisfies SpeechAudio;
export const PREFIX = 'gs://archive/transcripts/1/one/';
export const CONFIG = {
  projectId: 'project',
  location: 'eu',
  model: 'auto',
  languageCodes: ['en-GB', 'en-US'],
  phrases: [],
  apiEndpoint: null,
} as const satisfies SpeechConfig;
/** A submission for tests that are about something else. */
export const REQUEST = {
  audio: AUDIO,
  recognition: planRecognition(CONFIG, AUDIO),
  outputPrefix: PREFIX,
} as const;
export const RESULT = 'gs://archive/transcripts/1/one/1_transcript_x.json';
export const DONE: Operation = {
  name: 'operations/1',
  done: true,
  response: responseOf({ [AUDIO.uri]: { cloudStorageResult: { uri: RESULT } } }),
};

export type SpeechRig = {
  /** A client of a server with these answers; may be called once per test. */
  clientOf(answers?: Answers, config?: Partial<SpeechConfig>): Promise<Speech>;
  server(): SpeechServer;
  close(): Promise<void>;
};

export function createSpeechRig(): SpeechRig {
  let server: SpeechServer | null = null;
  let speech: Speech | null = null;
  return {
    async clientOf(answers = {}, config = {}) {
      server = await startSpeechServer(answers);
      speech = createSpeech({ ...CONFIG, ...config, apiEndpoint: server.endpoint });
      return speech;
    },
    server() {
      assert.ok(server !== null, 'clientOf must be called first');
      return server;
    },
    async close() {
      await speech?.close();
      server?.stop();
      server = null;
      speech = null;
    },
  };
}

/** The error that a request fails with; fails the test when it quotes the server. */
export async function failure(request: Promise<unknown>): Promise<ServiceError> {
  const [result] = await Promise.allSettled([request]);
  assert.ok(result.status === 'rejected', 'the request must fail');
  assert.ok(result.reason instanceof ServiceError, String(result.reason));
  const text = JSON.stringify([withoutPlace(result.reason.message), result.reason.context]);
  assert.doesNotMatch(text, /wombat|gs:|invalid_grant|nowhere/, 'it quotes the server');
  assertNoAdvice(result.reason.message);
  return result.reason;
}

export async function assertFails(request: Promise<unknown>, code: ErrorCode): Promise<void> {
  assert.equal((await failure(request)).code, code);
}

import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

import { inspectAudio } from '../../../src/audio/inspect-audio.ts';
import { createConnectWise } from '../../../src/clients/connectwise/client.ts';
import { createLanguageModel } from '../../../src/clients/language-model/client.ts';
import { createPhoneSystem } from '../../../src/clients/phone-system/client.ts';
import { createTranscriptionServer } from '../../../src/clients/transcription-server/client.ts';
import { createNotes, INPUT, LIMITS } from '../../clients/language-model/support.ts';
import { KEY, SECRET } from '../../clients/phone-system/support.ts';
import { emptyQueue } from '../../support/request-queue.ts';
import { fileOf, serverConfig } from '../../clients/transcription-server/support.ts';

/** Sends the usual request to a system at this address; rejects with the error that the client throws. */
export type Ask = (url: string) => Promise<unknown>;

/** Long enough for a busy machine, short enough for a test. */
const SILENCE_MS = 1_500;

const never = new AbortController().signal;

export const askPhoneSystem: Ask = async (url) => {
  const maxBytes = 2 ** 31;
  const client = createPhoneSystem(
    { url, username: 'user', password: SECRET, maxBytes },
    SILENCE_MS,
  );
  try {
    // Read as in the step, except that nothing is stored.
    await client.fetchRecording(
      KEY,
      async (source: Readable) => {
        const { audio, facts } = await inspectAudio(source);
        await Promise.all([finished(audio.resume()), facts]);
      },
      never,
    );
  } finally {
    await client.close();
  }
};

export const askConnectWise: Ask = (url) =>
  createConnectWise(
    {
      url: `${url}/v4_6_release/apis/3.0`,
      companyId: 'msp',
      publicKey: 'public',
      privateKey: 'sk-private',
      clientId: 'client-guid',
      requestsPerMinute: 60_000,
    },
    emptyQueue,
    SILENCE_MS,
  ).findByPhone('+442079461234', [], never);

export const askLanguageModel: Ask = (url) =>
  createLanguageModel(
    { baseUrl: `${url}/v1`, apiKey: 'sk-private', model: 'model', ...LIMITS },
    SILENCE_MS,
  ).analyze(INPUT, createNotes(), never);

export const askTranscriptionServer: Ask = async (url) => {
  const server = createTranscriptionServer(
    { ...serverConfig(url), answerTimeoutMs: SILENCE_MS },
    SILENCE_MS,
  );
  try {
    await server.transcribe(fileOf(Buffer.from('RIFF')), never);
  } finally {
    await server.close();
  }
};

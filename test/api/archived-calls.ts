import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

import { createRecordingStore } from '../../src/clients/recording-store/client.ts';
import type { Prisma } from '../../src/generated/prisma/client.ts';
import type { Database } from '../../src/repositories/database.ts';
import type { TemporarySandbox } from '../support/temporary-sandbox.ts';

/** The settings with which a gateway reads the sandbox's archive. */
export function archiveOf(sandbox: TemporarySandbox) {
  return {
    RECORDINGS_BUCKET: sandbox.env('RECORDINGS_BUCKET'),
    STORAGE_API_ENDPOINT: sandbox.env('STORAGE_API_ENDPOINT'),
    GOOGLE_CLOUD_PROJECT: sandbox.env('GOOGLE_CLOUD_PROJECT'),
  };
}

/** Adds the row of a call. */
export async function addCall(
  { prisma }: Database,
  callSid: string,
  more: Partial<Prisma.CallUncheckedCreateInput> = {},
): Promise<string> {
  const { id } = await prisma.call.create({
    data: {
      callSid,
      recordgroup: '1',
      recordid: '1',
      callStatus: 'PROCESSING',
      startTime: new Date(),
      runId: randomUUID(),
      transition: 1,
      ...more,
    },
  });
  return id;
}

const storeOf = (sandbox: TemporarySandbox) =>
  createRecordingStore({
    bucket: sandbox.env('RECORDINGS_BUCKET'),
    apiEndpoint: sandbox.env('STORAGE_API_ENDPOINT'),
    projectId: sandbox.env('GOOGLE_CLOUD_PROJECT'),
  });

/** Stores these bytes as the envelope of a recording, and gives the columns of a call that has it. */
export async function storeEnvelope(sandbox: TemporarySandbox, callSid: string, bytes: Uint8Array) {
  const recordingUrl = `gs://${sandbox.env('RECORDINGS_BUCKET')}/call-recordings/${callSid}.wav`;
  const { signal } = new AbortController();
  const stored = await storeOf(sandbox).saveEnvelope(recordingUrl, bytes, signal);
  return {
    recordingUrl,
    recordingGeneration: '1',
    sha256: 'a hash',
    heardSha256: 'a hash',
    envelopeUri: stored.uri,
    envelopeGeneration: stored.generation,
  };
}

/** Stores audio in the sandbox's archive, whatever the object then claims to be. */
export async function storeAudio(
  sandbox: TemporarySandbox,
  callSid: string,
  audio: Buffer,
  contentType = 'text/html',
) {
  const store = storeOf(sandbox);
  const { signal } = new AbortController();
  const stored = await store.saveRecording({
    callSid,
    extension: 'wav',
    contentType,
    audio: Readable.from([audio], { objectMode: false }),
    version: null,
    signal,
  });
  return {
    recordingUrl: stored.uri,
    recordingGeneration: stored.generation,
    remove: () => store.deleteObject(stored.uri, stored.generation, signal),
  };
}

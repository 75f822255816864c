import { Readable } from 'node:stream';

import {
  createRecordingStore,
  type RecordingStore,
} from '../../../src/clients/recording-store/client.ts';
import { createSpeech } from '../../../src/clients/speech/client.ts';
import { CONFIG } from '../../clients/speech/rig.ts';
import type { SeenRequest } from '../../support/http-server.ts';
import type { HttpAnswer, HttpReply } from '../corpus/reply-case.ts';
import type { StoragePlace } from '../corpus/storage.ts';
import { startHttpPeer, type HttpPeer } from './http-peer.ts';

const BUCKET = 'bucket';
const AUDIO = Buffer.alloc(1000, 'audio');
/** The store's own patience with silence is half a minute and more. */
const IMPATIENT = { requestMs: 300, uploadIdleMs: 300, readIdleMs: 300 };
const never = new AbortController().signal;

/** A server that lets everything before this place succeed, and gives the answer there. */
export function startStorage(place: StoragePlace, answer: HttpAnswer): Promise<HttpPeer> {
  return startHttpPeer(answer, ({ method, headers }: SeenRequest): HttpReply | null => {
    if (place === 'an object is deleted') return null;
    // The clean-up after a checksum mismatch.
    if (method === 'DELETE') return { status: 204 };
    if (method !== 'POST' || place === 'an upload starts') return null;
    return place === 'the existing object is inspected'
      ? { status: 412, body: {} }
      : { headers: { location: `http://${headers.host ?? ''}/session` } };
  });
}

/** Sends the request of this place; rejects with the error that the store throws. */
export async function askStorage(
  place: StoragePlace,
  answer: HttpAnswer,
  url: string,
): Promise<unknown> {
  const config = { bucket: BUCKET, apiEndpoint: url, projectId: 'p' };
  return REQUESTS[place](
    answer === 'silent' ? createRecordingStore(config, IMPATIENT) : createRecordingStore(config),
  );
}

/** Reads the result file of an operation from the bucket. */
export async function readResultFile(url: string): Promise<unknown> {
  const store = createRecordingStore({ bucket: BUCKET, apiEndpoint: url, projectId: 'p' });
  const uri = store.uriOf('result.json');
  return createSpeech(CONFIG).parseResult(await store.readText(uri, 1_000, never), uri);
}

const save = (store: RecordingStore): Promise<unknown> =>
  store.saveRecording({
    callSid: '1700000000.1',
    extension: 'wav',
    contentType: 'audio/wav',
    audio: audioStream(),
    version: null,
    signal: never,
  });

const REQUESTS: Record<StoragePlace, (store: RecordingStore) => Promise<unknown>> = {
  'an upload starts': save,
  'audio is sent': save,
  'the existing object is inspected': save,
  'objects are listed': (store) => store.listObjects('x/', never),
  'an object is read': (store) => store.readText(store.uriOf('name'), 1_000, never),
  'an object is deleted': (store) => store.deleteObject(store.uriOf('name'), '1', never),
};

function audioStream(): Readable {
  return Readable.from([AUDIO], { objectMode: false });
}

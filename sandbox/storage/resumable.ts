import type { IncomingMessage } from 'node:http';
import type { FaultAction } from '../core/faults.ts';
import type { HttpReply } from '../core/http-faults.ts';
import type { ObjectStore } from './object-store.ts';
import { jsonReply, toResource } from './resource.ts';
import { takeUpload } from './resume.ts';
import { StorageError } from './storage-error.ts';
import type { UploadSessions } from './upload-sessions.ts';

/** GCS answers with this status when a client cancels an upload. */
const CLIENT_CLOSED_REQUEST = 499;

/** The requests to the URL of an upload session. */
export type ResumableUploads = {
  /** Handles a PUT. @throws StorageError, or the error of reading the request if it is cut off. */
  put(
    request: IncomingMessage,
    upload: { id: string; baseUrl: string },
    fault: FaultAction | null,
  ): Promise<HttpReply>;
  cancel(id: string): HttpReply;
};

/** Serves the sessions of resumable uploads, each with one request at a time. */
export function createResumableUploads(deps: {
  store: ObjectStore;
  sessions: UploadSessions;
}): ResumableUploads {
  const running = new Map<string, { request: IncomingMessage; ended: Promise<unknown> }>();

  /**
   * A client whose connection broke may retry before the server knows that the old request is dead; in
   * GCS the later request wins.
   */
  async function endOlder(id: string): Promise<void> {
    const older = running.get(id);
    if (older !== undefined) {
      older.request.destroy();
      await older.ended;
      await endOlder(id);
    }
  }

  return {
    async put(request, { id, baseUrl }, fault) {
      await endOlder(id);
      const known = deps.sessions.find(id);
      if (known === null) {
        throw new StorageError(404, 'notFound', 'Upload session not found.');
      }
      if (known.stored !== null) {
        return jsonReply(toResource(known.stored, baseUrl));
      }
      const work = takeUpload(request, cutShort(request, fault), known.session, deps);
      const ended = work.catch(() => undefined);
      running.set(id, { request, ended });
      try {
        const progress = await work;
        return 'stored' in progress
          ? jsonReply(toResource(progress.stored, baseUrl))
          : incompleteReply(progress.receivedBytes);
      } finally {
        running.delete(id);
      }
    },
    cancel(id) {
      deps.sessions.giveUp(id);
      return { status: CLIENT_CLOSED_REQUEST, body: '' };
    },
  };
}

function incompleteReply(receivedBytes: number): HttpReply {
  const range = receivedBytes === 0 ? {} : { range: `bytes=0-${receivedBytes - 1}` };
  return { status: 308, headers: range, body: '' };
}

/** Passes on the request's body, up to the byte at which a fault cuts the connection. */
async function* cutShort(
  request: IncomingMessage,
  fault: FaultAction | null,
): AsyncGenerator<Uint8Array> {
  let remaining = fault?.cutRequestAfterBytes ?? Infinity;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    yield chunk.subarray(0, Math.min(chunk.length, remaining));
    remaining -= chunk.length;
    if (remaining <= 0) {
      request.destroy();
      throw new Error('A scripted fault cut this upload.');
    }
  }
}

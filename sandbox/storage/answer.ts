import type { IncomingMessage } from 'node:http';
import type { StoredObject } from '../core/context.ts';
import type { FaultAction } from '../core/faults.ts';
import type { HttpReply } from '../core/http-faults.ts';
import { beginResumable, insertAtOnce } from './insert.ts';
import { listReply } from './list.ts';
import { mediaReply } from './media.ts';
import type { ObjectStore } from './object-store.ts';
import { checkPreconditions, readPreconditions } from './preconditions.ts';
import type { StorageRequest } from './request.ts';
import { jsonReply, toResource } from './resource.ts';
import { createResumableUploads } from './resumable.ts';
import { keptObject, noSuchObject, StorageError } from './storage-error.ts';
import type { UploadSessions } from './upload-sessions.ts';

type Deps = { readonly store: ObjectStore; readonly sessions: UploadSessions };

/** Does the work of a request. @throws StorageError if GCS would refuse it. */
export type Answer = (
  request: IncomingMessage,
  wanted: StorageRequest,
  fault: FaultAction | null,
) => Promise<HttpReply>;

/** Creates the function that answers the requests to an object store and its uploads. */
export function createAnswer(deps: Deps): Answer {
  const { store } = deps;
  const uploads = createResumableUploads(deps);

  function findWanted(wanted: {
    bucket: string;
    name: string;
    query: URLSearchParams;
  }): StoredObject {
    const object = store.find(wanted.bucket, wanted.name);
    const generation = wanted.query.get('generation') ?? object?.generation;
    if (object === null || object.generation !== generation) {
      throw noSuchObject(wanted.bucket, wanted.name);
    }
    return object;
  }

  function findToRead(wanted: Parameters<typeof findWanted>[0]): StoredObject {
    const object = findWanted(wanted);
    checkPreconditions(readPreconditions(wanted.query), object, true);
    return object;
  }

  function refuseIfKept(where: { bucket: string; name: string }, fault: FaultAction | null): void {
    if (fault?.keep !== undefined && store.find(where.bucket, where.name) !== null) {
      throw keptObject(fault.keep);
    }
  }

  async function insert(
    request: IncomingMessage,
    wanted: { bucket: string; query: URLSearchParams },
    fault: FaultAction | null,
  ): Promise<HttpReply> {
    const baseUrl = `http://${request.headers.host ?? ''}`;
    refuseIfKept({ bucket: wanted.bucket, name: wanted.query.get('name') ?? '' }, fault);
    if (wanted.query.get('uploadType') !== 'resumable') {
      return jsonReply(toResource(await insertAtOnce(request, wanted, store), baseUrl));
    }
    const session = await beginResumable(request, wanted, deps);
    const name = encodeURIComponent(session.object.name);
    const query = `uploadType=resumable&name=${name}&upload_id=${session.id}`;
    const location = `${baseUrl}/upload/storage/v1/b/${wanted.bucket}/o?${query}`;
    return { status: 200, headers: { location, 'x-guploader-uploadid': session.id }, body: '' };
  }

  return async (request, wanted, fault) => {
    const baseUrl = `http://${request.headers.host ?? ''}`;
    if (!store.bucketExists(wanted.bucket)) {
      throw new StorageError(404, 'notFound', 'The specified bucket does not exist.');
    }
    switch (wanted.operation) {
      case 'buckets.get':
        return jsonReply({ kind: 'storage#bucket', id: wanted.bucket, name: wanted.bucket });
      case 'objects.list':
        return listReply(wanted, store, baseUrl);
      case 'objects.insert':
        return insert(request, wanted, fault);
      case 'objects.upload':
        return uploads.put(request, { id: wanted.uploadId, baseUrl }, fault);
      case 'cancel upload':
        return uploads.cancel(wanted.uploadId);
      case 'objects.get':
        return jsonReply(toResource(findToRead(wanted), baseUrl));
      case 'objects.media':
        return mediaReply(request, findToRead(wanted), store);
      case 'objects.delete':
        refuseIfKept(wanted, fault);
        checkPreconditions(readPreconditions(wanted.query), findWanted(wanted));
        store.remove(wanted.bucket, wanted.name);
    }
    return { status: 204, body: '' };
  };
}

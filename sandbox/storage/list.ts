import type { ObjectStorage } from '../core/context.ts';
import type { HttpReply } from '../core/http-faults.ts';
import { jsonReply, toResource } from './resource.ts';
import { StorageError } from './storage-error.ts';

/** The maximum and default number of objects per page in GCS. */
const MAX_RESULTS = 1000;
/** The parameters of a listing that the stand-in supports. */
const LISTING_PARAMETERS = ['prefix', 'maxResults', 'pageToken'];
/** These change only the form of the reply; the stand-in always sends it in full. */
const FORM_PARAMETERS = ['fields', 'alt', 'prettyPrint', 'projection'];

/** A page of a bucket's objects. The token of the next page is the last name of this one. */
export function listReply(
  { bucket, query }: { bucket: string; query: URLSearchParams },
  storage: ObjectStorage,
  baseUrl: string,
): HttpReply {
  for (const name of query.keys()) {
    if (!LISTING_PARAMETERS.includes(name) && !FORM_PARAMETERS.includes(name)) {
      const message = `The sandbox's storage does not support the parameter ${name} of a listing.`;
      throw new StorageError(400, 'invalidParameter', message);
    }
  }
  const after = Buffer.from(query.get('pageToken') ?? '', 'base64');
  const asked = Number(query.get('maxResults') ?? MAX_RESULTS);
  const pageSize = asked >= 1 && asked <= MAX_RESULTS ? asked : MAX_RESULTS;
  const rest = storage
    .list(bucket, query.get('prefix') ?? '')
    .filter((object) => Buffer.compare(Buffer.from(object.name), after) > 0);
  const page = rest.slice(0, pageSize);
  const last = page.at(-1);
  return jsonReply({
    kind: 'storage#objects',
    ...(page.length === 0 ? {} : { items: page.map((object) => toResource(object, baseUrl)) }),
    ...(last === undefined || page.length === rest.length
      ? {}
      : { nextPageToken: Buffer.from(last.name).toString('base64') }),
  });
}

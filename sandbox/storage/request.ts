/** A request in the terms of the JSON API. */
export type StorageRequest = { readonly bucket: string; readonly query: URLSearchParams } & (
  | { readonly operation: 'buckets.get' | 'objects.list' | 'objects.insert' }
  | { readonly operation: 'objects.upload' | 'cancel upload'; readonly uploadId: string }
  | {
      readonly operation: 'objects.get' | 'objects.media' | 'objects.delete';
      readonly name: string;
    }
);

/** `/storage/v1/b/<bucket>[/o[/<object>]]`, after `/upload` or `/download` if content is transferred. */
const PATH = /^(\/upload|\/download)?\/storage\/v1\/b\/([^/]+)(\/o(?:\/(.+))?)?$/;

/** Reads the method and the URL; null for what the stand-in does not support. */
export function readRequest(method: string, url: string): StorageRequest | null {
  const { pathname, searchParams: query } = new URL(url, 'http://sandbox');
  const match = PATH.exec(pathname);
  if (match === null) {
    return null;
  }
  const [, side = '', bucket = '', objects, encodedName] = match;
  const uploadId = query.get('upload_id');
  if (side === '/upload') {
    if (uploadId !== null && (method === 'PUT' || method === 'DELETE')) {
      return {
        operation: method === 'PUT' ? 'objects.upload' : 'cancel upload',
        bucket,
        query,
        uploadId,
      };
    }
    return method === 'POST' ? { operation: 'objects.insert', bucket, query } : null;
  }
  if (encodedName !== undefined) {
    const name = decodeURIComponent(encodedName);
    if (method === 'DELETE') {
      return { operation: 'objects.delete', bucket, query, name };
    }
    const isMedia = side === '/download' || query.get('alt') === 'media';
    return method === 'GET'
      ? { operation: isMedia ? 'objects.media' : 'objects.get', bucket, query, name }
      : null;
  }
  if (method !== 'GET') {
    return null;
  }
  return { operation: objects === undefined ? 'buckets.get' : 'objects.list', bucket, query };
}

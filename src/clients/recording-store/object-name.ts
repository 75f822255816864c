import { isCallKeyPart } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';

/** What names a recording in the bucket. */
export type RecordingKey = { readonly callSid: string; readonly extension: string };

/**
 * The name of the object in which a call's recording is archived. A callSid comes from outside: one
 * that could leave the folder is refused here too, not only by the gateway.
 *
 * @throws ServiceError INVALID_INPUT
 */
export function recordingName({ callSid, extension }: RecordingKey): string {
  if (!isCallKeyPart(callSid) || !/^[a-z0-9]{1,8}$/.test(extension)) {
    throw new ServiceError(
      'INVALID_INPUT',
      'Archiving the recording failed: the callSid or the extension cannot be part of an object name.',
    );
  }
  return `call-recordings/${callSid}.${extension}`;
}

/** `gs://<bucket>/<name>` */
export function toUri(bucket: string, name: string): string {
  return `gs://${bucket}/${name}`;
}

/**
 * The name in a `gs://` URI of this bucket.
 *
 * @throws ServiceError INVALID_INPUT when the URI names another bucket or none.
 */
export function nameInBucket(bucket: string, uri: string): string {
  const prefix = toUri(bucket, '');
  if (!uri.startsWith(prefix) || uri.length === prefix.length) {
    throw new ServiceError(
      'INVALID_INPUT',
      'Reading from Cloud Storage failed: the address is not of an object in RECORDINGS_BUCKET.',
    );
  }
  return uri.slice(prefix.length);
}

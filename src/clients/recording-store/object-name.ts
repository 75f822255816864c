import { isCallKeyPart } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';

/** What names a recording in the bucket. */
export type RecordingKey = {
  readonly callSid: string;
  readonly extension: string;
  /** The crc32c (base64) of audio that needs a name of its own; `null` for the call's first name. */
  readonly version: string | null;
};

/**
 * The name of the object in which a call's recording is archived. A callSid comes from outside: one
 * that could leave the folder is refused here too, not only by the gateway.
 *
 * @throws ServiceError INVALID_INPUT
 */
export function recordingName({ callSid, extension, version }: RecordingKey): string {
  if (!isCallKeyPart(callSid) || !/^[a-z0-9]{1,8}$/.test(extension)) {
    throw new ServiceError(
      'INVALID_INPUT',
      'Archiving the recording failed: the callSid or the extension cannot be part of an object name.',
    );
  }
  // No callSid contains a tilde, so no call can have the name of another one's version.
  const suffix = version === null ? '' : `~${Buffer.from(version, 'base64').toString('hex')}`;
  return `call-recordings/${callSid}${suffix}.${extension}`;
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
  if (!isInBucket(bucket, uri)) {
    throw new ServiceError(
      'INVALID_INPUT',
      'Reading from Cloud Storage failed: the address is not of an object in RECORDINGS_BUCKET.',
    );
  }
  return uri.slice(toUri(bucket, '').length);
}

/** Whether a URI is that of an object in this bucket. */
export function isInBucket(bucket: string, uri: string): boolean {
  const prefix = toUri(bucket, '');
  return uri.startsWith(prefix) && uri.length > prefix.length;
}

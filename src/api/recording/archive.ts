import type { FastifyReply } from 'fastify';

import type { RecordingReader } from '../../clients/recording-store/reader.ts';
import { ServiceError } from '../../domain/service-error.ts';

/**
 * The archive, if it has the object of this URI, which belongs to the call.
 *
 * @throws ServiceError RECORDING_NOT_SERVED
 */
export function archiveWith(
  recordings: RecordingReader | null,
  uri: string,
  callSid: string,
): RecordingReader {
  if (recordings === null) {
    throw new ServiceError(
      'RECORDING_NOT_SERVED',
      'The gateway cannot read recordings: RECORDINGS_BUCKET is not set.',
    );
  }
  if (!recordings.holds(uri)) {
    throw new ServiceError(
      'RECORDING_NOT_SERVED',
      `The recording of the call ${callSid} is archived in another bucket than that of RECORDINGS_BUCKET.`,
    );
  }
  return recordings;
}

/** Aborts when the answer has been sent or its reader has left. */
export function whenGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}

import type { Call } from '../../generated/prisma/client.ts';
import { ServiceError } from '../../domain/service-error.ts';

/** A call whose recording is in the store. */
export type ArchivedCall = Call & { readonly recordingUrl: string; readonly sha256: string };

/** The call, which must have been archived. Throws STORAGE_OBJECT_MISSING otherwise. */
export function requireArchived(call: Call): ArchivedCall {
  const { recordingUrl, sha256 } = call;
  if (recordingUrl === null || sha256 === null) {
    throw new ServiceError(
      'STORAGE_OBJECT_MISSING',
      'The call has no archived recording: it was removed from the row while the run was in progress.',
    );
  }
  return { ...call, recordingUrl, sha256 };
}

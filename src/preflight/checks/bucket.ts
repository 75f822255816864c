import type { Protection } from '../../clients/recording-store/preflight.ts';
import { ok, warning, type Check, type Verdict } from '../check.ts';

/** Whether the bucket is there, may be listed, and lets go of what is written to it. */
export function bucketCheck(bucket: {
  protection(signal: AbortSignal): Promise<Protection>;
}): Check {
  return {
    name: 'bucket',
    remedies: {
      STORAGE_UNAVAILABLE:
        'Check STORAGE_API_ENDPOINT if it is set, and that this machine may reach Cloud Storage.',
    },
    run: async (signal) => judge(await bucket.protection(signal)),
  };
}

function judge(protection: Protection): Verdict {
  switch (protection) {
    case 'none':
      return ok('It is there, and neither a retention policy nor a hold keeps its objects.');
    case 'unknown':
      return warning(
        'It is there and empty, and these credentials may not see whether it has a retention policy, so no test object is written.',
        'Give the service account the role Storage Bucket Viewer for this test.',
      );
    default:
      return warning(
        `It has a ${protection}, so no test object is written: it could not be deleted. Recordings that are replaced stay in it too.`,
        'Leave it if that is meant. The first call shows whether recordings can be written.',
      );
  }
}

import type { Protection, TestObjectEnd } from '../../clients/recording-store/preflight.ts';
import { fault, ok, warning, type Check } from '../check.ts';

type Bucket = {
  protection(signal: AbortSignal): Promise<Protection>;
  tryObject(signal: AbortSignal): Promise<TestObjectEnd>;
};

/** Whether objects can be written, read and deleted; by one that is deleted again. */
export function bucketObjectCheck(bucket: Bucket, needs: readonly Check[]): Check {
  return {
    name: 'bucket: test object',
    needs,
    // Up to five requests: asking once more, writing, reading, looking and deleting.
    withinMs: 20_000,
    async run(signal) {
      const protection = await bucket.protection(signal);
      if (protection !== 'none') {
        return warning(
          'Not written, because it is not certain that it could be deleted again.',
          'See the line about the bucket.',
        );
      }
      const end = await bucket.tryObject(signal);
      if (end.isRemoved) return ok('It was written, read and deleted.');
      return fault(
        `${end.failure.told.replace(/\.$/, '')}; it is left under the name ${end.name}.`,
        'Delete it by hand, and give the service account the role Storage Object User on the bucket.',
      );
    },
  };
}

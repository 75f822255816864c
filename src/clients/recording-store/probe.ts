import { STORAGE_CODES } from '../../domain/error-codes/storage.ts';
import { failing, OK, type Finding } from '../../domain/readiness.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { located } from '../shared/locate-failures.ts';
import { createObjects } from './objects.ts';
import { createTransport, type StorageAddress } from './transport.ts';

// A question takes a fraction of a second. Whoever watches gives up after three.
const REQUEST_TIMEOUT_MS = 2_500;

const ASKING = { what: 'Asking the bucket', notFound: 'STORAGE_BUCKET_NOT_FOUND' } as const;

// Names of objects never begin like this, so the list is empty whatever the bucket holds.
const NOTHING = 'readiness/';

/** Creates the probe of the bucket: it is there, and these credentials may list it. */
export function createBucketProbe(address: StorageAddress): () => Promise<Finding> {
  const objects = createObjects(createTransport(address, REQUEST_TIMEOUT_MS));
  return async () => {
    try {
      await objects.list(ASKING, NOTHING, new AbortController().signal);
      return OK;
    } catch (error) {
      const failure = located(error, `gs://${address.bucket}/`, STORAGE_CODES);
      if (failure instanceof ServiceError) return failing(failure);
      throw failure;
    }
  };
}

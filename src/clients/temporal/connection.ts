import { ServiceError } from '../../domain/service-error.ts';

/**
 * Resolves with a connection to Temporal that is being made. Throws TEMPORAL_UNAVAILABLE; a process
 * that cannot start prints the message alone, so it says what to do.
 */
export async function connected<T>(connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (error) {
    throw new ServiceError(
      'TEMPORAL_UNAVAILABLE',
      'Temporal does not answer. Check TEMPORAL_ADDRESS and that the server is up.',
      { cause: error },
    );
  }
}

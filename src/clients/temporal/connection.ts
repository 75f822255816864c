import { ServiceError } from '../../domain/service-error.ts';

/** The connection to Temporal that is being made, or an error that an operator can act on. */
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

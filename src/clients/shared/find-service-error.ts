import { ServiceError } from '../../domain/service-error.ts';

/** The ServiceError inside an error that libraries may have wrapped; `null` without one. */
export function findServiceError(error: unknown): ServiceError | null {
  if (error instanceof ServiceError) return error;
  return error instanceof Error && error.cause !== undefined ? findServiceError(error.cause) : null;
}

import { status } from '@grpc/grpc-js';
import { isGrpcServiceError, NamespaceNotFoundError } from '@temporalio/client';

import { ServiceError } from '../../domain/service-error.ts';

// How a query ends when no worker answers it: our deadline passes; Temporal meets the same deadline
// first and cancels the call; or it refuses the query because no worker has polled lately.
const NO_ANSWER: readonly number[] = [
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
  status.FAILED_PRECONDITION,
];

/** How a server, or Temporal Cloud, answers a request that these credentials may never make. */
export const REFUSALS: readonly unknown[] = [status.PERMISSION_DENIED, status.UNIMPLEMENTED];

/** The gRPC error inside an error of Temporal's client, which may wrap it twice; `null` without one. */
export function findGrpcError(
  error: unknown,
): { readonly code: number; readonly details: string } | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return cause;
  }
  return null;
}

/** A failed query of a run that Temporal has just described. Workers answer queries. */
export function toQueryError(error: unknown): unknown {
  const grpcError = findGrpcError(error);
  if (grpcError === null || !NO_ANSWER.includes(grpcError.code)) return toTemporalError(error);
  return new ServiceError('TEMPORAL_NO_WORKER', 'Temporal answered, but no worker did.', {
    context: { grpcStatus: grpcError.code },
    cause: error,
  });
}

/** A failed question to Temporal as a ServiceError; any other error is returned as it is. */
export function toReadError(error: unknown): unknown {
  return toTemporalError(error, 'Temporal did not answer.');
}

/**
 * A failed request to Temporal as a ServiceError; any other error is returned as it is. `silence` says
 * what it means that there was no answer.
 */
export function toTemporalError(
  error: unknown,
  silence = 'Temporal did not answer, so it is uncertain whether anything was started or changed.',
): unknown {
  if (error instanceof NamespaceNotFoundError) {
    return new ServiceError(
      'TEMPORAL_UNAVAILABLE',
      `Temporal has no namespace ${error.namespace}.`,
    );
  }
  const grpcError = findGrpcError(error);
  if (grpcError === null) return error;
  const options = { context: { grpcStatus: grpcError.code }, cause: error };
  switch (grpcError.code) {
    case status.INVALID_ARGUMENT:
      return /search attribute/i.test(grpcError.details)
        ? new ServiceError(
            'TEMPORAL_SEARCH_ATTRIBUTES_MISSING',
            'The Temporal namespace does not have the search attributes of this service yet.',
            options,
          )
        : error;
    case status.PERMISSION_DENIED:
    case status.UNAUTHENTICATED:
      return new ServiceError(
        'TEMPORAL_CREDENTIALS_REFUSED',
        'Temporal refused the credentials of the gateway.',
        options,
      );
    default:
      return new ServiceError('TEMPORAL_UNAVAILABLE', silence, options);
  }
}

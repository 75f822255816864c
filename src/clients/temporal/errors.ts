import { NamespaceNotFoundError } from '@temporalio/client';

import { findGrpcError } from './grpc-error.ts';
import { ServiceError } from '../../domain/service-error.ts';

// gRPC status codes (https://grpc.io/docs/guides/status-codes/).
const CANCELLED = 1;
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const FAILED_PRECONDITION = 9;
const UNAUTHENTICATED = 16;

// What a query ends with when no worker answers it: our deadline passes, Temporal meets the same
// deadline first and cancels the call, or refuses it since no worker has asked for work lately.
const NO_ANSWER: readonly number[] = [DEADLINE_EXCEEDED, CANCELLED, FAILED_PRECONDITION];

/** A failed query of a run that Temporal has just described; workers answer queries. */
export function toQueryError(error: unknown): unknown {
  const grpcError = findGrpcError(error);
  if (grpcError === null || !NO_ANSWER.includes(grpcError.code)) return toTemporalError(error);
  return new ServiceError('TEMPORAL_NO_WORKER', 'No worker answered: check that workers run.', {
    context: { grpcStatus: grpcError.code },
    cause: error,
  });
}

/** A failed request to Temporal as a ServiceError; anything else is passed through. */
export function toTemporalError(error: unknown): unknown {
  if (error instanceof NamespaceNotFoundError) {
    return new ServiceError(
      'TEMPORAL_UNAVAILABLE',
      `Temporal has no namespace ${error.namespace}. Check TEMPORAL_NAMESPACE.`,
    );
  }
  const grpcError = findGrpcError(error);
  if (grpcError === null) return error;
  const options = { context: { grpcStatus: grpcError.code }, cause: error };
  switch (grpcError.code) {
    case INVALID_ARGUMENT:
      return /search attribute/i.test(grpcError.details)
        ? new ServiceError(
            'TEMPORAL_SEARCH_ATTRIBUTES_MISSING',
            'The Temporal namespace does not have the search attributes of this service yet.',
            options,
          )
        : error;
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return new ServiceError(
        'TEMPORAL_CREDENTIALS_REFUSED',
        'Temporal refused the credentials of the gateway.',
        options,
      );
    default:
      return new ServiceError(
        'TEMPORAL_UNAVAILABLE',
        'Temporal does not answer, so nothing was started or changed for certain. The request may be repeated safely.',
        options,
      );
  }
}

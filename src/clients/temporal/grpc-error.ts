import { isGrpcServiceError } from '@temporalio/client';

/** What gRPC said, which Temporal's client wraps, sometimes twice; `null` when it said nothing. */
export function findGrpcError(
  error: unknown,
): { readonly code: number; readonly details: string } | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return cause;
  }
  return null;
}

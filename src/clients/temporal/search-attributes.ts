import { isGrpcServiceError, type Connection } from '@temporalio/client';

import { SEARCH_ATTRIBUTES } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';

/** The part of a connection that the worker's and the gateway's have in common. */
export type OperatorConnection = Pick<Connection, 'operatorService'>;

// temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
const KEYWORD = 2;

// gRPC status codes (https://grpc.io/docs/guides/status-codes/).
const ALREADY_EXISTS = 6;
const PERMISSION_DENIED = 7;

/**
 * Registers the search attributes that the workflow sets. May run any number of times. Adding a
 * name that exists with another type is answered "ok" by Temporal, so the types are compared after.
 * Returns the names; throws a ServiceError that says what an administrator runs.
 */
export async function ensureSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
): Promise<readonly string[]> {
  const { operatorService } = connection;
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    // Without the right to add them they may still be there: the list tells.
    if (!isGrpcServiceError(error)) throw error;
    if (error.code !== ALREADY_EXISTS && error.code !== PERMISSION_DENIED) {
      throw unreachable(error.code);
    }
  }

  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter((name) => customAttributes[name] === undefined);
  if (missing.length > 0) {
    throw new ServiceError(
      'TEMPORAL_SEARCH_ATTRIBUTES_MISSING',
      `The namespace ${namespace} lacks the search attributes ${missing.join(', ')}, and these credentials may not add them. An administrator runs: ${missing
        .map(
          (name) =>
            `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type Keyword`,
        )
        .join(' && ')}`,
    );
  }
  const wrong = SEARCH_ATTRIBUTES.filter((name) => customAttributes[name] !== KEYWORD);
  if (wrong.length > 0) {
    throw new ServiceError(
      'TEMPORAL_SEARCH_ATTRIBUTES_MISSING',
      `In the namespace ${namespace} the search attributes ${wrong.join(', ')} have another type than Keyword. Use a namespace of its own for this service.`,
    );
  }
  return SEARCH_ATTRIBUTES;
}

function unreachable(grpcStatus: number): ServiceError {
  return new ServiceError(
    'TEMPORAL_UNAVAILABLE',
    'Temporal did not take the search attributes. Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE and that the server is up.',
    { context: { grpcStatus } },
  );
}

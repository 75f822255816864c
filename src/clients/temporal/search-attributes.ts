import { status } from '@grpc/grpc-js';
import { isGrpcServiceError, type Connection } from '@temporalio/client';

import { SEARCH_ATTRIBUTES } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';

/** What the connections of the worker and of the commands have in common. */
export type OperatorConnection = Pick<Connection, 'operatorService'>;

// temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
const KEYWORD = 2;

/**
 * Registers the search attributes that the workflow sets, and returns their names. May run any
 * number of times. Temporal answers "ok" when a name exists with another type, so the types are
 * compared afterwards. Throws a ServiceError; a process that cannot start prints the message alone,
 * so it says what an administrator should run.
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
    // Credentials that may not add them do not rule out that they exist: the list tells.
    if (!isGrpcServiceError(error)) throw error;
    if (error.code !== status.ALREADY_EXISTS && error.code !== status.PERMISSION_DENIED) {
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
      `In the namespace ${namespace} the search attributes ${wrong.join(', ')} do not have the type Keyword. Use a separate namespace for this service.`,
    );
  }
  return SEARCH_ATTRIBUTES;
}

function unreachable(grpcStatus: number): ServiceError {
  return new ServiceError(
    'TEMPORAL_UNAVAILABLE',
    'Temporal did not accept the search attributes. Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE and that the server is up.',
    { context: { grpcStatus } },
  );
}

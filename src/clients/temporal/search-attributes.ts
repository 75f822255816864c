import { status } from '@grpc/grpc-js';
import type { Connection } from '@temporalio/client';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { SEARCH_ATTRIBUTES } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { findGrpcError, REFUSALS } from './errors.ts';

/** What the connections of the worker and of the commands have in common. */
export type OperatorConnection = Pick<Connection, 'operatorService' | 'workflowService'>;

/** The search attributes that the namespace has; `warning` if Temporal did not let us see all of it. */
export type SearchAttributesState = {
  readonly names: readonly string[];
  readonly warning: { readonly code: ErrorCode; readonly message: string } | null;
};

type Attribute = (typeof SEARCH_ATTRIBUTES)[number];

// temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
const KEYWORD = 2;

/**
 * Registers the search attributes that the workflow sets. May run any number of times. Credentials
 * that may not register them, such as the keys of a namespace in Temporal Cloud, do not rule out that
 * they exist: the list tells, and where that is refused too, a query that uses them. Throws a
 * ServiceError; a process that cannot start prints the message alone, so it says what an
 * administrator should run.
 */
export async function ensureSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
): Promise<SearchAttributesState> {
  await register(connection, namespace);
  return lookUp(connection, namespace, lackingForGood);
}

/** The same without registering anything: what the namespace has as it is. */
export async function findSearchAttributes(
  connection: OperatorConnection,
  namespace: string,
): Promise<SearchAttributesState> {
  return lookUp(connection, namespace, lacking);
}

async function lookUp(
  connection: OperatorConnection,
  namespace: string,
  toError: typeof lacking,
): Promise<SearchAttributesState> {
  const types = await listTypes(connection, namespace);
  if ('refusal' in types) return probe({ connection, namespace, toError }, types.refusal);

  const missing = SEARCH_ATTRIBUTES.filter((name) => types.custom[name] === undefined);
  if (missing.length > 0) throw toError(namespace, missing);
  // Temporal answers "ok" when a name exists with another type.
  const wrong = SEARCH_ATTRIBUTES.filter((name) => types.custom[name] !== KEYWORD);
  if (wrong.length > 0) {
    throw new ServiceError(
      'TEMPORAL_SEARCH_ATTRIBUTES_MISSING',
      `In the namespace ${namespace} the search attributes ${wrong.join(', ')} do not have the type Keyword. Use a separate namespace for this service.`,
    );
  }
  return { names: SEARCH_ATTRIBUTES, warning: null };
}

async function register({ operatorService }: OperatorConnection, namespace: string): Promise<void> {
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    const code = grpcCodeOf(error);
    if (code !== status.ALREADY_EXISTS && !REFUSALS.includes(code)) throw unusable(code);
  }
}

/** The types of all custom search attributes, or the status with which Temporal keeps them to itself. */
async function listTypes(
  { operatorService }: OperatorConnection,
  namespace: string,
): Promise<{ readonly custom: Readonly<Record<string, unknown>> } | { readonly refusal: number }> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return { custom: customAttributes };
  } catch (error) {
    const code = grpcCodeOf(error);
    if (!REFUSALS.includes(code)) throw unusable(code);
    return { refusal: code };
  }
}

/** Asks for calls by each attribute: Temporal refuses a query by one that the namespace lacks. */
async function probe(
  {
    connection: { workflowService },
    namespace,
    toError,
  }: {
    readonly connection: OperatorConnection;
    readonly namespace: string;
    readonly toError: typeof lacking;
  },
  refusal: number,
): Promise<SearchAttributesState> {
  const missing: Attribute[] = [];
  let isAnswered = true;
  for (const name of SEARCH_ATTRIBUTES) {
    try {
      await workflowService.countWorkflowExecutions({ namespace, query: `${name} = 'probe'` });
    } catch (error) {
      const code = grpcCodeOf(error);
      if (code === status.INVALID_ARGUMENT) missing.push(name);
      else if (REFUSALS.includes(code)) isAnswered = false;
      else throw unusable(code);
    }
  }
  if (missing.length > 0) throw toError(namespace, missing);
  const found = isAnswered
    ? `A query by ${SEARCH_ATTRIBUTES.join(', ')} was answered, so the namespace has them`
    : `Whether the namespace has ${SEARCH_ATTRIBUTES.join(', ')} cannot be seen; without them no call is processed`;
  return {
    names: SEARCH_ATTRIBUTES,
    warning: {
      code: 'TEMPORAL_CREDENTIALS_REFUSED',
      message: `Temporal lets these credentials neither register nor list search attributes (${status[refusal]}). ${found}. ${howToAdd(namespace, SEARCH_ATTRIBUTES)}`,
    },
  };
}

function lacking(namespace: string, missing: readonly Attribute[]): ServiceError {
  return new ServiceError(
    'TEMPORAL_SEARCH_ATTRIBUTES_MISSING',
    `The namespace ${namespace} lacks the search attributes ${missing.join(', ')}.`,
  );
}

/** The same after an attempt to register them. */
function lackingForGood(namespace: string, missing: readonly Attribute[]): ServiceError {
  return new ServiceError(
    'TEMPORAL_SEARCH_ATTRIBUTES_MISSING',
    `The namespace ${namespace} lacks the search attributes ${missing.join(', ')}, and these credentials may not add them. ${howToAdd(namespace, missing)}`,
  );
}

/** Both commands were read in the documentation of their programs; only Temporal's own server was run here. */
function howToAdd(namespace: string, names: readonly Attribute[]): string {
  const cloud = names.map((name) => `--search-attribute ${name}=Keyword`).join(' ');
  const server = names.map((name) => `--name ${name} --type Keyword`).join(' ');
  return `To add them in Temporal Cloud, somebody with the right to change the namespace runs: tcld namespace search-attributes add --namespace ${namespace} ${cloud} (or, for each of them, temporal cloud namespace search-attribute create --namespace ${namespace} --name … --type Keyword). On a server of your own, an administrator runs: temporal operator search-attribute create --namespace ${namespace} ${server}`;
}

/** The status of an answer of Temporal; any other error is thrown. */
function grpcCodeOf(error: unknown): number {
  const grpcError = findGrpcError(error);
  if (grpcError === null) throw error;
  return grpcError.code;
}

function unusable(grpcStatus: number): ServiceError {
  const context = { grpcStatus };
  return grpcStatus === status.UNAUTHENTICATED
    ? new ServiceError(
        'TEMPORAL_CREDENTIALS_REFUSED',
        'Temporal refused the credentials. Correct TEMPORAL_API_KEY or the TLS files, and check that they belong to TEMPORAL_NAMESPACE.',
        { context },
      )
    : new ServiceError(
        'TEMPORAL_UNAVAILABLE',
        'Temporal did not accept the search attributes. Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE and that the server is up.',
        { context },
      );
}

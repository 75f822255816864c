import { toOperationMessage } from './operation-message.ts';
import type { StoredOperation } from './operation-store.ts';
import type { ListOperationsRequest, ListOperationsResponse } from './protocol.ts';
import { parsePlace } from './resource-names.ts';
import { rpcError } from './rpc-error.ts';

/** Google's default is not documented; a hundred keeps a page well below gRPC's limit of 4 MiB per message. */
const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

/**
 * Lists the operations of a location, newest first, without the lost ones.
 *
 * @throws RpcError INVALID_ARGUMENT for a foreign page token, UNIMPLEMENTED for a filter.
 */
export function listOperations(
  operations: readonly StoredOperation[],
  request: ListOperationsRequest,
): ListOperationsResponse {
  const { project, location } = parsePlace(request.name);
  if (request.filter !== '') {
    throw rpcError('UNIMPLEMENTED', 'The sandbox lists operations without a filter only.');
  }
  const size = Math.min(request.pageSize > 0 ? request.pageSize : DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  // A token is a position in the order of creation, so that a newer operation does not shift the pages.
  const end = request.pageToken === '' ? operations.length : readToken(request.pageToken);
  const page: StoredOperation[] = [];
  let index = Math.min(end, operations.length);
  while (index > 0 && page.length < size) {
    index -= 1;
    const operation = operations[index];
    const prefix = `projects/${project}/locations/${location}/operations/`;
    if (operation !== undefined && !operation.lost && operation.name.startsWith(prefix)) {
      page.push(operation);
    }
  }
  return {
    operations: page.map(toOperationMessage),
    nextPageToken:
      index > 0 ? Buffer.from(`older-than:${String(index)}`).toString('base64url') : '',
  };
}

function readToken(token: string): number {
  const match = /^older-than:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString());
  if (match?.[1] === undefined) {
    throw rpcError('INVALID_ARGUMENT', 'Invalid page token.');
  }
  return Number(match[1]);
}

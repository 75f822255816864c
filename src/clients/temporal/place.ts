import { Connection, type Client } from '@temporalio/client';

/** Where Temporal is asked: of its settings, those that may be named. */
export function placeOf({ connection, options }: Client): string {
  const namespace = `namespace ${options.namespace}`;
  return connection instanceof Connection
    ? `${namespace} at ${connection.options.address}`
    : namespace;
}

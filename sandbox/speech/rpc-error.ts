import { status } from '@grpc/grpc-js';

export type StatusName = keyof typeof status;

/** An error of gRPC: a status and a message. */
export class RpcError extends Error {
  /** The number of the status; grpc-js reads it by this name. */
  readonly code: status;

  constructor(code: status, details: string) {
    super(details);
    this.name = 'RpcError';
    this.code = code;
  }
}

/** Makes an error from the name of a status. */
export function rpcError(name: StatusName, details: string): RpcError {
  return new RpcError(status[name], details);
}

/** Google's messages for the statuses that are scripted most often. */
const DETAILS: Partial<Record<StatusName, string>> = {
  UNAVAILABLE: 'The service is currently unavailable.',
  DEADLINE_EXCEEDED: 'Deadline exceeded.',
  RESOURCE_EXHAUSTED: "Quota exceeded for quota metric 'Batch recognition requests'.",
  PERMISSION_DENIED:
    "Permission 'speech.recognizers.recognize' denied on resource (or it may not exist).",
  UNAUTHENTICATED: 'Request had invalid authentication credentials.',
  NOT_FOUND: 'Requested entity was not found.',
  INTERNAL: 'Internal error encountered.',
};

/** The error that a scripted fault names; if gRPC does not have that status, UNKNOWN with a message that says so. */
export function scriptedError(name: string, details?: string): RpcError {
  return isStatusName(name)
    ? rpcError(name, details ?? DETAILS[name] ?? 'The request failed.')
    : rpcError('UNKNOWN', `The scripted fault names ${name}, which is not a gRPC status.`);
}

function isStatusName(name: string): name is StatusName {
  return Object.hasOwn(status, name) && Number.isNaN(Number(name));
}

import { status } from '@grpc/grpc-js';

export type StatusName = keyof typeof status;

/** A refusal as gRPC carries it: the name of a status and a sentence. */
export class RpcError extends Error {
  /** The status as a number, under the name that grpc-js reads it by. */
  readonly code: status;

  constructor(code: status, details: string) {
    super(details);
    this.name = 'RpcError';
    this.code = code;
  }
}

/** Makes a refusal. */
export function rpcError(name: StatusName, details: string): RpcError {
  return new RpcError(status[name], details);
}

/** Google's sentences for the statuses that faults are mostly scripted with. */
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

/** The refusal that a scripted fault names; a name that gRPC does not know answers UNKNOWN and says so. */
export function scriptedError(name: string, details?: string): RpcError {
  return isStatusName(name)
    ? rpcError(name, details ?? DETAILS[name] ?? 'The request failed.')
    : rpcError('UNKNOWN', `The scripted fault names ${name}, which is no gRPC status.`);
}

function isStatusName(name: string): name is StatusName {
  return Object.hasOwn(status, name) && Number.isNaN(Number(name));
}

import { setTimeout as delay } from 'node:timers/promises';
import type { handleUnaryCall, sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { SandboxContext } from '../core/context.ts';
import type { FaultAction } from '../core/faults.ts';
import type { Connections } from './connections.ts';
import { RpcError, rpcError, scriptedError } from './rpc-error.ts';

type HandlerDeps = {
  readonly context: Pick<SandboxContext, 'control'>;
  readonly connections: Connections;
  readonly stopping: AbortSignal;
};

type Work<Request, Response> = (request: Request, fault: FaultAction | null) => Response;

/** Wraps every method the same way: counts the request, plays its fault, does the work, sends or loses the reply. */
export function createHandler({ context, connections, stopping }: HandlerDeps) {
  return function handle<Request, Response>(
    operation: string,
    callSids: (request: Request) => readonly string[],
    work: Work<Request, Response>,
  ): handleUnaryCall<Request, Response> {
    async function answer(call: ServerUnaryCall<Request, Response>): Promise<Response> {
      const fault = context.control.hit('speech', operation, callSids(call.request));
      if (fault?.delayMs !== undefined) {
        await delay(fault.delayMs, undefined, { signal: stopping });
      }
      if (fault?.reset === true) {
        connections.destroy(call.getPeer());
      }
      if (fault?.hang === true || fault?.reset === true || call.cancelled) {
        return new Promise(() => {});
      }
      if (fault?.status !== undefined) {
        throw scriptedError(String(fault.status));
      }
      const response = work(call.request, fault);
      if (fault?.loseReply === true) {
        throw rpcError('UNAVAILABLE', 'The reply was lost.');
      }
      return response;
    }
    async function respond(
      call: ServerUnaryCall<Request, Response>,
      callback: sendUnaryData<Response>,
    ): Promise<void> {
      let response: Response;
      try {
        response = await answer(call);
      } catch (error) {
        callback(toStatus(error));
        return;
      }
      callback(null, response);
    }
    return (call, callback) => {
      void respond(call, callback);
    };
  };
}

function toStatus(error: unknown): RpcError {
  if (error instanceof RpcError) {
    return error;
  }
  const reason = error instanceof Error ? error.message : 'unknown';
  return rpcError('INTERNAL', `The sandbox failed: ${reason}`);
}

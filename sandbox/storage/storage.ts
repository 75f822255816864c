import { createServer } from 'node:http';
import type { Control } from '../core/control.ts';
import type { StandIn } from '../core/context.ts';
import type { FaultAction } from '../core/faults.ts';
import { playFaultBefore, sendReply } from '../core/http-faults.ts';
import type { Exchange, HttpReply } from '../core/http-faults.ts';
import { listen } from '../core/stand-in.ts';
import { createAnswer } from './answer.ts';
import { callsOfObject } from './call-of-object.ts';
import type { ObjectStore } from './object-store.ts';
import { readRequest } from './request.ts';
import type { StorageRequest } from './request.ts';
import { statusReply, StorageError, toErrorReply } from './storage-error.ts';
import type { UploadSessions } from './upload-sessions.ts';

type Deps = {
  readonly control: Control;
  readonly store: ObjectStore;
  readonly sessions: UploadSessions;
};

/** Starts the stand-in for Cloud Storage: the part of the JSON API that the official client uses. */
export async function startStorage(
  deps: Deps,
  where: { host: string; port: number },
): Promise<StandIn> {
  const answer = createAnswer(deps);
  const server = createServer((request, response) => {
    const exchange = { request, response };
    handle(exchange).catch((error: unknown) => {
      // A client that cut the connection gets no answer; any other error is a bug in the sandbox.
      if (!request.socket.destroyed && !response.headersSent) {
        void sendReply(null, exchange, { status: 500, body: String(error) });
      } else {
        request.socket.destroy();
      }
    });
  });

  async function handle(exchange: Exchange): Promise<void> {
    const { method = 'GET', url = '/' } = exchange.request;
    const wanted = readRequest(method, url);
    if (wanted === null) {
      const message = `The sandbox's storage does not support ${method} on this path.`;
      await sendReply(null, exchange, toErrorReply(new StorageError(404, 'notFound', message)));
      return;
    }
    const callSids = callsOfObject(nameIn(wanted, deps.sessions));
    const fault =
      wanted.operation === 'cancel upload'
        ? null
        : deps.control.hit('storage', wanted.operation, callSids);
    if (!(await playFaultBefore(fault, exchange, statusReply))) {
      await sendReply(fault, exchange, await answerOrRefuse(exchange, wanted, fault));
    }
  }

  async function answerOrRefuse(
    exchange: Exchange,
    wanted: StorageRequest,
    fault: FaultAction | null,
  ): Promise<HttpReply> {
    try {
      return await answer(exchange.request, wanted, fault);
    } catch (error) {
      if (!(error instanceof StorageError)) {
        throw error;
      }
      // GCS does not answer requests for an object's content with JSON, not even with an error.
      return wanted.operation === 'objects.media'
        ? { status: error.status, headers: { 'content-type': 'text/html' }, body: error.message }
        : toErrorReply(error);
    }
  }

  return listen(server, { name: 'object storage', ...where });
}

/** The name of the request's object, or the prefix of the objects it lists; '' if it has neither. */
function nameIn(wanted: StorageRequest, sessions: UploadSessions): string {
  if ('name' in wanted) {
    return wanted.name;
  }
  const session = 'uploadId' in wanted ? sessions.find(wanted.uploadId)?.session : undefined;
  return session?.object.name ?? wanted.query.get('name') ?? wanted.query.get('prefix') ?? '';
}

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyBaseLogger } from 'fastify';

import { PROBLEM_TYPE, toProblem } from './problem.ts';

/**
 * Creates what answers whatever never became a request: what took too long to arrive, or is not HTTP.
 * The connection is closed, since nobody knows where a next request would begin.
 */
export function createClientErrorHandler(log: FastifyBaseLogger) {
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, detail } = explain(error.code);
    const requestId = randomUUID();
    log.info({ reqId: requestId, status }, detail);
    const body = JSON.stringify(toProblem({ code: 'INVALID_INPUT', status, detail, requestId }));
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        `content-type: ${PROBLEM_TYPE}`,
        `content-length: ${Buffer.byteLength(body)}`,
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
    // Once the answer is on its way. What else the client has to say is not read.
    socket.destroySoon();
  };
}

function explain(code: string | undefined): { readonly status: number; readonly detail: string } {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { status: 408, detail: 'The request did not arrive completely in time.' };
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { status: 431, detail: 'The headers of the request are too large.' };
  }
  return { status: 400, detail: 'What arrived is not an HTTP request.' };
}

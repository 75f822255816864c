import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

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
    const { headers, body } = answerTo(log, status, detail);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
    // Once the answer is on its way. What else the client has to say is not read.
    socket.destroySoon();
  };
}

/**
 * Refuses requests that expect something of the gateway before they go on (the header Expect), unless it
 * is the usual "may I send the body". Node would refuse them without a word.
 */
export function refuseExpectations({ server, log }: FastifyInstance): void {
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    const detail = 'The header Expect asks for something that is not offered.';
    const { headers, body } = answerTo(log, 417, detail);
    response.writeHead(417, headers).end(body);
  });
}

function answerTo(log: FastifyBaseLogger, status: number, detail: string) {
  const requestId = randomUUID();
  log.info({ reqId: requestId, status }, detail);
  const body = JSON.stringify(toProblem({ code: 'INVALID_INPUT', status, detail, requestId }));
  const headers = {
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
  };
  return { headers, body };
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

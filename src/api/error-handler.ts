import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

import { ServiceError } from '../domain/service-error.ts';
import { toDatabaseError } from '../repositories/database-error.ts';
import { HTTP_STATUS, RETRY_AFTER_SECONDS } from './http-status.ts';
import { PROBLEM_TYPE, toProblem } from './problem.ts';

/**
 * Answers every error as problem+json. What we have no code for is a defect: it goes to the log,
 * and the client learns no more than the id to find it by.
 */
export function handleError(
  error: FastifyError | ServiceError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = error instanceof ServiceError ? error : toDatabaseError(error);
  if (known !== null) {
    const status = HTTP_STATUS[known.code];
    request.log[status >= 500 ? 'warn' : 'info']({ code: known.code }, known.message);
    if (status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
    return send(reply, toProblem(known.code, status, known.message, request.id));
  }

  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = error.validation.map(
      ({ instancePath, message }) =>
        `${error.validationContext}${instancePath.replaceAll('/', '.')} ${message}`,
    );
    return send(reply, toProblem('INVALID_INPUT', 400, `${faults.join('; ')}.`, request.id));
  }

  // Fastify's own refusals: a body that is no JSON, too large, or of another content type, a bad path.
  const { statusCode = 500 } = error as FastifyError;
  if (statusCode >= 400 && statusCode < 500) {
    const detail =
      statusCode === 415 ? 'Send JSON with content-type: application/json.' : error.message;
    return send(reply, toProblem('INVALID_INPUT', statusCode, detail, request.id));
  }

  request.log.error({ error }, 'A request met an unexpected error.');
  const detail = 'The gateway met an unexpected error.';
  return send(reply, toProblem('INTERNAL_ERROR', 500, detail, request.id));
}

/** Answers a path that does not exist. */
export function handleNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return send(
    reply,
    toProblem('NOT_FOUND', 404, 'There is no such path or method here.', request.id),
  );
}

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
    const { status, detail } = explainClientError(error.code);
    const requestId = randomUUID();
    log.info({ reqId: requestId, status }, detail);
    const body = JSON.stringify(toProblem('INVALID_INPUT', status, detail, requestId));
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

function explainClientError(code: string | undefined): { status: number; detail: string } {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { status: 408, detail: 'The request did not arrive completely in time.' };
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { status: 431, detail: 'The headers of the request are too large.' };
  }
  return { status: 400, detail: 'What arrived is not an HTTP request.' };
}

function send(reply: FastifyReply, problem: ReturnType<typeof toProblem>): FastifyReply {
  return reply.status(problem.status).type(PROBLEM_TYPE).send(problem);
}

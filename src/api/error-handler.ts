import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

import type { ErrorCode } from '../domain/error-codes.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { Database } from '../repositories/database.ts';
import { describeFaults } from './input-faults.ts';
import { RETRY_AFTER_SECONDS, toHttpStatus } from './http-status.ts';
import { PROBLEM_TYPE, toProblem, type Problem } from './problem.ts';

const CHALLENGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  HOOK_REFUSED: 'Standard-Webhooks',
};

/** In words of ours: Fastify's repeat the address, however long it is and whatever secret is in it. */
const ADDRESS_FAULTS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The address is not well formed.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the address is too long.',
};

/**
 * Answers every error as problem+json. An error without a code is a defect: it goes to the log, and
 * the client learns only the id by which to find it there.
 */
export function createErrorHandler(database: Pick<Database, 'toServiceError'>) {
  return (
    error: FastifyError | ServiceError,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply => {
    const answer = (problem: Pick<Problem, 'code' | 'status' | 'detail'>) =>
      send(reply, toProblem({ ...problem, requestId: request.id }));

    const known = error instanceof ServiceError ? error : database.toServiceError(error);
    if (known !== null) {
      // The hosts of our own servers are for the log, not for whoever has a key or a hook's secret.
      const { code, message, told: detail } = known;
      const status = toHttpStatus(code);
      request.log[status >= 500 ? 'warn' : 'info']({ code }, message);
      const retryAfterSeconds = secondsUntilRetry(status, known.retryAfterMs);
      if (retryAfterSeconds !== null) void reply.header('retry-after', retryAfterSeconds);
      // RFC 9110 wants every 401 to say how to prove who one is.
      if (status === 401) void reply.header('www-authenticate', CHALLENGES[code] ?? 'Bearer');
      return answer({ code, status, detail });
    }

    if (hasZodFastifySchemaValidationErrors(error)) {
      const detail = describeFaults(error.validationContext ?? 'request', error.validation);
      return answer({ code: 'INVALID_INPUT', status: 400, detail });
    }

    // Fastify's own refusals: a bad path, or a body that is not JSON, too large or of another type.
    const { statusCode: status = 500, code } = error as FastifyError;
    if (status >= 400 && status < 500) {
      const detail = ADDRESS_FAULTS[code] ?? error.message;
      return answer({ code: 'INVALID_INPUT', status, detail });
    }

    request.log.error({ error }, 'A request met an unexpected error.');
    const detail = 'The gateway met an unexpected error.';
    return answer({ code: 'INTERNAL_ERROR', status: 500, detail });
  };
}

/** After how many seconds the sender may ask again; `null` when waiting changes nothing. */
function secondsUntilRetry(status: number, retryAfterMs: number | undefined): number | null {
  if (status === 503) return RETRY_AFTER_SECONDS;
  return status === 429 && retryAfterMs !== undefined ? Math.ceil(retryAfterMs / 1000) : null;
}

/** Answers a path that does not exist. */
export function handleNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const detail = 'There is no such path or method here.';
  return send(reply, toProblem({ code: 'NOT_FOUND', status: 404, detail, requestId: request.id }));
}

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  // Said here as well, for requests that are refused before any hook runs.
  void reply.header('cache-control', 'no-store');
  return reply.status(problem.status).type(PROBLEM_TYPE).send(problem);
}

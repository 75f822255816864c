import { APIError, OpenAIError } from 'openai';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError, type ServiceErrorOptions } from '../../domain/service-error.ts';
import { findServiceError } from '../shared/find-service-error.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';

/** How servers say that they do not know structured output (OpenAI, vLLM, Ollama, OpenRouter, llama.cpp). */
const NO_SCHEMA = /response_format|json_schema|structured.?output|guided|grammar/i;
const REFUSALS = [400, 404, 422, 501];

const TOO_LONG =
  /context.?(?:length|window|size)|maximum context|too many (?:input )?tokens|(?:prompt|input) is too long|reduce the length/i;
const BLOCKED = /content.?filter|content.?policy|content management|responsible.?ai/i;

/** How OpenAI and Azure ask for the newer name of the token limit. */
const NEWER_LIMIT = /max_completion_tokens/i;

/** Tells whether a request failed only because the server does not know structured output. */
export function lacksStructuredOutput(error: unknown): boolean {
  return isRefusalOf(error, NO_SCHEMA);
}

/** Tells whether a request failed only because it named the token limit `max_tokens`. */
export function wantsNewerLimit(error: unknown): boolean {
  return isRefusalOf(error, NEWER_LIMIT);
}

function isRefusalOf(error: unknown, words: RegExp): boolean {
  return (
    error instanceof APIError && REFUSALS.includes(error.status ?? 0) && words.test(describe(error))
  );
}

/**
 * A failed request as a ServiceError. The server's words are read for their reason, never quoted. An
 * error that is not the failure of a request, such as a defect of ours, is returned as it is.
 */
export function toRequestError(error: unknown): unknown {
  const own = findServiceError(error);
  if (own !== null) return own;

  // The library lets a broken JSON body through as the parser's own error.
  if (!(error instanceof OpenAIError || error instanceof SyntaxError)) return error;
  if (!(error instanceof APIError) || error.status === undefined) {
    return modelError('MODEL_UNAVAILABLE', 'no complete answer came', { cause: error });
  }
  const retryAfterMs = parseRetryAfter(error.headers?.get('retry-after'));
  return toStatusError(error.status, describe(error), { retryAfterMs, cause: error });
}

/** What a status means. The server's words tell apart reasons that share a status. */
export function toStatusError(
  status: number,
  words: string,
  { retryAfterMs = null, cause }: { retryAfterMs?: number | null; cause?: unknown } = {},
): ServiceError {
  return modelError(codeOf(status, words), `it answered ${status}`, {
    context: { status },
    retryAfterMs,
    cause,
  });
}

function codeOf(status: number, words: string): ErrorCode {
  if (status === 401 || status === 403) return 'MODEL_CREDENTIALS_REFUSED';
  // 402: the account's credit is used up, which its owner settles like a quota.
  if (status === 429 || status === 402) return 'MODEL_RATE_LIMITED';
  if (status >= 500 || [408, 409, 425].includes(status)) return 'MODEL_UNAVAILABLE';
  if (status === 413 || TOO_LONG.test(words)) return 'MODEL_TRANSCRIPT_TOO_LONG';
  return BLOCKED.test(words) ? 'MODEL_CONTENT_BLOCKED' : 'MODEL_BAD_REQUEST';
}

/** What a code says about the exchange beyond the status. */
const FACTS: Partial<Record<ErrorCode, string>> = {
  MODEL_CREDENTIALS_REFUSED: 'LLM_API_KEY was refused',
  MODEL_TRANSCRIPT_TOO_LONG: 'the model does not read that much',
  MODEL_CONTENT_BLOCKED: 'its content filter stopped the analysis',
};

/** `why` is about the exchange, never its words. */
export function modelError(
  code: ErrorCode,
  why: string,
  options: ServiceErrorOptions = {},
): ServiceError {
  const fact = FACTS[code];
  const reason = fact === undefined ? why : `${why}: ${fact}`;
  return new ServiceError(code, `Asking the language model failed: ${reason}.`, options);
}

function describe({ code, type, param, message }: APIError): string {
  return [code, type, param, message].join(' ');
}

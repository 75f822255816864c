import { APIError, OpenAIError } from 'openai';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';

/** Words by which servers say that they know no structured output (OpenAI, vLLM, Ollama, OpenRouter, llama.cpp). */
const NO_SCHEMA = /response_format|json_schema|structured.?output|guided|grammar/i;
const REFUSALS = [400, 404, 422, 501];

const TOO_LONG =
  /context.?(?:length|window|size)|maximum context|too many (?:input )?tokens|(?:prompt|input) is too long|reduce the length/i;
const BLOCKED = /content.?filter|content.?policy|content management|responsible.?ai/i;

/** Words by which OpenAI and Azure ask for the newer name of the token limit. */
const NEWER_LIMIT = /max_completion_tokens/i;

/** Tells whether a request failed only because the server knows no structured output. */
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
 * A failed request as a ServiceError. The server's words are read for their reason, never quoted. What
 * is no failure of a request, a defect of ours, comes back as it is.
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

/** What a status means, with the server's words where they tell reasons of one status apart. */
export function toStatusError(
  status: number,
  words: string,
  { retryAfterMs = null, cause }: { retryAfterMs?: number | null; cause?: unknown } = {},
): ServiceError {
  return modelError(codeOf(status, words), `it answered ${status}`, {
    context: { status },
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    cause,
  });
}

function codeOf(status: number, words: string): ErrorCode {
  if (status === 401 || status === 403) return 'MODEL_CREDENTIALS_REFUSED';
  // 402: the account's credit is used up, which the server's owner mends like a quota.
  if (status === 429 || status === 402) return 'MODEL_RATE_LIMITED';
  if (status >= 500 || [408, 409, 425].includes(status)) return 'MODEL_UNAVAILABLE';
  if (status === 413 || TOO_LONG.test(words)) return 'MODEL_TRANSCRIPT_TOO_LONG';
  return BLOCKED.test(words) ? 'MODEL_CONTENT_BLOCKED' : 'MODEL_BAD_REQUEST';
}

const ADVICE: Partial<Record<ErrorCode, string>> = {
  MODEL_CREDENTIALS_REFUSED: 'check LLM_API_KEY',
  MODEL_RATE_LIMITED: 'it is tried again later',
  MODEL_UNAVAILABLE: 'it is tried again',
  MODEL_TRANSCRIPT_TOO_LONG:
    'set LLM_MAX_INPUT_TOKENS to what the model reads, or choose one with a longer context',
  MODEL_CONTENT_BLOCKED: 'its content filter stopped the analysis; choose another LLM_MODEL',
  MODEL_OUTPUT_TRUNCATED: 'raise LLM_MAX_OUTPUT_TOKENS or choose another LLM_MODEL',
};

/** `why` is about the exchange, never its words. */
export function modelError(
  code: ErrorCode,
  why: string,
  options: ConstructorParameters<typeof ServiceError>[2] = {},
): ServiceError {
  const advice = ADVICE[code] ?? 'check LLM_BASE_URL and LLM_MODEL';
  return new ServiceError(code, `Asking the language model failed: ${why}; ${advice}.`, options);
}

function describe({ code, type, param, message }: APIError): string {
  return [code, type, param, message].join(' ');
}

/** Our own error, through the library's wrapping as a connection error. */
function findServiceError(error: unknown): ServiceError | null {
  if (error instanceof ServiceError) return error;
  return error instanceof Error && error.cause !== undefined ? findServiceError(error.cause) : null;
}

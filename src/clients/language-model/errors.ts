import { APIError, OpenAIError } from 'openai';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError, type ServiceErrorOptions } from '../../domain/service-error.ts';
import { untilPaid } from '../shared/about-money.ts';
import { findServiceError } from '../shared/find-service-error.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';
import { findReason, type Refusal } from './error-words.ts';

/** How servers say that they do not know structured output (OpenAI, vLLM, Ollama, OpenRouter, llama.cpp). */
const NO_SCHEMA = /response_?format|json_?schema|structured.?output|guided|grammar/i;
const SCHEMA_REFUSALS = [404, 501];

/** Many servers do not say what they dislike about a request, and a schema is the least usual part of ours. */
const UNEXPLAINED_REFUSALS = [400, 422];

/** How OpenAI and Azure ask for the newer name of the token limit. */
const NEWER_LIMIT = /max_completion_tokens/i;

/** Tells whether the same request without a schema may be answered. */
export function mayRefuseSchema(error: unknown): boolean {
  // A router that puts the status into the body of a 200.
  if (error instanceof ServiceError) {
    const { code, context } = error;
    return code === 'MODEL_BAD_REQUEST' && UNEXPLAINED_REFUSALS.includes(Number(context['status']));
  }
  if (!(error instanceof APIError)) return false;
  const { status = 0, message } = error;
  if (UNEXPLAINED_REFUSALS.includes(status)) {
    return NO_SCHEMA.test(message) || findReason(message) === null;
  }
  return SCHEMA_REFUSALS.includes(status) && NO_SCHEMA.test(message);
}

/** Tells whether a request failed only because it named the token limit `max_tokens`. */
export function wantsNewerLimit(error: unknown): boolean {
  if (!(error instanceof APIError)) return false;
  const { status = 0, message } = error;
  const isRefusal = [...UNEXPLAINED_REFUSALS, ...SCHEMA_REFUSALS].includes(status);
  return isRefusal && NEWER_LIMIT.test(message) && findReason(message) === null;
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
  return toStatusError(error.status, error.message, { retryAfterMs, cause: error });
}

/** What a status means. The server's words tell apart reasons that share a status. */
export function toStatusError(
  status: number,
  words: string,
  { retryAfterMs = null, cause }: { retryAfterMs?: number | null; cause?: unknown } = {},
): ServiceError {
  const { code, fact } = reasonOf(status, words);
  return modelError(code, `it answered ${status}${fact === undefined ? '' : `: ${fact}`}`, {
    context: { status },
    retryAfterMs: code === 'MODEL_PAYMENT_REQUIRED' ? untilPaid(retryAfterMs) : retryAfterMs,
    cause,
  });
}

function reasonOf(status: number, words: string): Refusal {
  const said = findReason(words);
  // With 400 and 403 too, and once as 401: a key is not wrong because its account is out of money.
  if (status === 402 || (status < 500 && said?.code === 'MODEL_PAYMENT_REQUIRED')) {
    return { code: 'MODEL_PAYMENT_REQUIRED' };
  }
  if (status === 401) return { code: 'MODEL_CREDENTIALS_REFUSED' };
  // OpenRouter refuses what its moderation has flagged with the status of a wrong key.
  if (status === 403) {
    return {
      code: said?.code === 'MODEL_CONTENT_BLOCKED' ? said.code : 'MODEL_CREDENTIALS_REFUSED',
    };
  }
  if (status === 413) return { code: 'MODEL_TRANSCRIPT_TOO_LONG' };
  // Whatever the status: a request that is too long, or exceeds a rate by itself, will be so next time.
  if (said?.code === 'MODEL_TRANSCRIPT_TOO_LONG') return said;
  if (status === 429) return { code: 'MODEL_RATE_LIMITED' };
  if (status >= 500 || [408, 409, 425].includes(status)) return { code: 'MODEL_UNAVAILABLE' };
  if (status === 404)
    return { code: 'MODEL_BAD_REQUEST', fact: 'there is no such model or address' };
  return said ?? { code: 'MODEL_BAD_REQUEST' };
}

/** What a code says about the exchange beyond the status. */
const FACTS: Partial<Record<ErrorCode, string>> = {
  MODEL_CREDENTIALS_REFUSED: 'LLM_API_KEY was refused',
  MODEL_RATE_LIMITED: 'there were too many requests',
  MODEL_PAYMENT_REQUIRED: 'the account of LLM_API_KEY is out of money',
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

export type Tokens = { readonly inputTokens: number; readonly outputTokens: number };

/** What a request has cost; `unknown` when it may have been answered, or half of it, unseen. */
export type Cost = Tokens | 'unknown';

const NOTHING: Tokens = { inputTokens: 0, outputTokens: 0 };

/** What a connection that never came about is called by the system, Node and undici. */
const NEVER_SENT: readonly unknown[] = [
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  'UND_ERR_CONNECT_TIMEOUT',
];

/** What a failed request has cost: nothing if it was not sent, or refused before a model read it. */
export function costOf(error: unknown): Cost {
  if (error instanceof ServiceError) {
    const { inputTokens, outputTokens, status } = error.context;
    if (typeof inputTokens === 'number' && typeof outputTokens === 'number') {
      return { inputTokens, outputTokens };
    }
    return isRefusal(status) ? NOTHING : 'unknown';
  }
  const isFree =
    (error instanceof APIError && isRefusal(error.status)) || NEVER_SENT.includes(codeIn(error));
  return isFree ? NOTHING : 'unknown';
}

/** 503 and 529 say that nobody had time for the request; 408 and 409, like other 5xx, that something went wrong with it. */
function isRefusal(status: unknown): boolean {
  if (typeof status !== 'number') return false;
  return (
    (status >= 300 && status < 500 && ![408, 409].includes(status)) || [503, 529].includes(status)
  );
}

/** The system's code of the error, or of the one that caused it. */
function codeIn(error: unknown): unknown {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : codeIn(error.cause);
}

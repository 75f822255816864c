import { ERROR_CODES, type ErrorCode } from './error-codes.ts';
import { toStorable } from './storable-text.ts';

/** What a failure may say beside its message: ids, statuses and counts, never speech or secrets. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | null>>;

export type ServiceErrorOptions = {
  /** When the other side said how long to wait (Retry-After), in milliseconds. */
  readonly retryAfterMs?: number;
  readonly context?: ErrorContext;
  /** The original error, for the stack in a debugger. It never crosses into Temporal. */
  readonly cause?: unknown;
};

/**
 * A failure with a code that an operator can act on. The message says what failed, why, and what
 * to do, and holds no secret, phone number, name, transcript or upstream body.
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly context: ErrorContext;

  constructor(
    code: ErrorCode,
    message: string,
    options: ServiceErrorOptions = {},
    retryable: boolean = ERROR_CODES[code].retryable,
  ) {
    // Into the log and into Temporal, neither of which takes every sign that a server may have sent.
    super(toStorable(message), options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.retryable = retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.context = options.context ?? {};
  }

  /** The same failure, after which trying again is pointless. */
  forGood(): ServiceError {
    const { context, cause } = this;
    return new ServiceError(this.code, this.message, { context, cause }, false);
  }
}

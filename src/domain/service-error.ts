import { ERROR_CODES, type ErrorCode } from './error-codes.ts';
import { toStorable } from './storable-text.ts';

/** What a failure may say besides its message: ids, statuses and counts, never speech or secrets. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | null>>;

export type ServiceErrorOptions = {
  /** How long the other side asked us to wait (Retry-After), in milliseconds; `null` if it did not. */
  readonly retryAfterMs?: number | null;
  readonly context?: ErrorContext;
  /** The original error, for the stack in a debugger. It never crosses into Temporal. */
  readonly cause?: unknown;
  /** Whether the same request may succeed later, where that differs from the code's own answer. */
  readonly retryable?: boolean;
  /** The message as the sender of a request is told it, where that differs. */
  readonly told?: string;
};

/**
 * A failure with a code that an operator can act on. The message says what failed and why; what to
 * do about it is the code's remedy. It contains no secret, phone number, name, transcript or body
 * of another system.
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly context: ErrorContext;
  /** The message as the sender of a request is told it: without the place, which the log names. */
  readonly told: string;

  constructor(code: ErrorCode, message: string, options: ServiceErrorOptions = {}) {
    // The log and Temporal do not take every character that a server may have sent.
    super(toStorable(message), options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable;
    this.retryAfterMs = options.retryAfterMs ?? undefined;
    this.context = options.context ?? {};
    this.told = toStorable(options.told ?? message);
  }

  /** The same failure, whose message ends in the place where it happened: a host, an object, a model. */
  at(place: string): ServiceError {
    const { code, message, told, retryable, context, cause } = this;
    const [, said = message, remark] = /^(.*?)(?: \(([^()]*)\))?\.$/s.exec(message) ?? [];
    const located = `${said} (${remark === undefined ? '' : `${remark}; `}${place}).`;
    const retryAfterMs = this.retryAfterMs ?? null;
    const options = { retryable, retryAfterMs, context, cause, told };
    return new ServiceError(code, located, options);
  }

  /** The same failure, marked as one that another attempt cannot mend. */
  forGood(): ServiceError {
    const { code, message, told, context, cause } = this;
    return new ServiceError(code, message, { context, cause, told, retryable: false });
  }
}

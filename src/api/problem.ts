import { STATUS_CODES } from 'node:http';

import type { CodeFacts } from '../domain/error-codes/code-facts.ts';
import { ERROR_CODES, type ErrorCode } from '../domain/error-codes.ts';

/** An error as clients see it: problem+json (RFC 9457), with our code and what to do about it. */
export type Problem = {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly remedy: string;
  /** Finds the request in the gateway's log. */
  readonly requestId: string;
};

export const PROBLEM_TYPE = 'application/problem+json';

/** Puts a problem together. */
export function toProblem(
  code: ErrorCode,
  status: number,
  detail: string,
  requestId: string,
): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    remedy: remedyOf(code),
    requestId,
  };
}

/** What the sender of a request does: nothing is parked by it that could be sent a signal. */
function remedyOf(code: ErrorCode): string {
  const facts: CodeFacts = ERROR_CODES[code];
  return facts.remedyOfRequest ?? facts.remedy;
}

import { STATUS_CODES } from 'node:http';

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

/** Remedies are written for a call that is parked; who sent a request has that one to send again. */
function remedyOf(code: ErrorCode): string {
  return ERROR_CODES[code].remedy.replace(
    /(send) the signal reprocess\.$/i,
    '$1 the request again.',
  );
}

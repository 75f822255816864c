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

/** Completes a problem with its title and with what the sender of the request should do. */
export function toProblem(
  problem: Pick<Problem, 'code' | 'status' | 'detail' | 'requestId'>,
): Problem {
  const { code, status, detail, requestId } = problem;
  const { remedy, requestRemedy }: CodeFacts = ERROR_CODES[code];
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    remedy: requestRemedy ?? remedy,
    requestId,
  };
}

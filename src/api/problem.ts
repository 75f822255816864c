import { STATUS_CODES } from 'node:http';

import { z } from 'zod';

import type { CodeFacts } from '../domain/error-codes/code-facts.ts';
import { ERROR_CODES, isErrorCode } from '../domain/error-codes.ts';

const CODES = Object.keys(ERROR_CODES).filter(isErrorCode);

/** RFC 9457 wants a URI, and one that leads nowhere is better than one that may lead elsewhere some day. */
const TYPE_PREFIX = 'urn:call-processing:problem:';

const code = z
  .enum(CODES)
  .meta({ id: 'ErrorCode', description: 'What happened, to decide by. More may be added.' });

export const problemReply = z
  .strictObject({
    type: z
      .string()
      .regex(new RegExp(`^${TYPE_PREFIX}[A-Z_]+$`))
      .describe('A name for the kind of error that never changes: a prefix and the code.'),
    title: z.string().describe('The status in words.'),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What happened, for people.'),
    code,
    remedy: z.string().describe('What the sender of the request should do.'),
    requestId: z.string().describe("Finds the request in the gateway's log."),
  })
  .meta({ id: 'Problem', description: 'An error, as RFC 9457 writes it.' });

/** An error as clients see it: problem+json (RFC 9457), with our code and what to do about it. */
export type Problem = Readonly<z.infer<typeof problemReply>>;

export const PROBLEM_TYPE = 'application/problem+json';

/** Completes a problem with its title and with what the sender of the request should do. */
export function toProblem(
  problem: Pick<Problem, 'code' | 'status' | 'detail' | 'requestId'>,
): Problem {
  const { code, status, detail, requestId } = problem;
  const { remedy, requestRemedy }: CodeFacts = ERROR_CODES[code];
  return {
    type: `${TYPE_PREFIX}${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    remedy: requestRemedy ?? remedy,
    requestId,
  };
}

import { z } from 'zod';

import { factsOf, SYSTEM_NAMES } from './systems.ts';

const GrpcErrorSchema = z.strictObject({ code: z.string(), message: z.string().optional() });

const FaultActionSchema = z.strictObject({
  /** Waits this long before anything else happens. */
  delayMs: z.int().nonnegative().optional(),
  /** The HTTP status; for speech the name of a gRPC status, such as "UNAVAILABLE". */
  status: z.union([z.int().min(200).max(599), z.string()]).optional(),
  /** More headers for the reply, such as {"retry-after": "7"}. */
  headers: z.record(z.string(), z.string()).optional(),
  /** The reply's body instead of the system's own; without a status it comes with HTTP 200. */
  body: z.string().optional(),
  /** Phone system: the code inside an HTTP 200. */
  envelopeCode: z.int().optional(),
  /** Phone system: claims this sha1 instead of the true one. */
  claimSha1: z.string().optional(),
  /** Phone system: claims this size instead of the true one. */
  claimSize: z.int().nonnegative().optional(),
  /** Phone system: how the base64 is corrupted. */
  base64: z.enum(['bad-alphabet', 'bad-length', 'whitespace', 'data-uri']).optional(),
  /** Storage: accepts this many bytes of an upload's body, then destroys the socket. */
  cutRequestAfterBytes: z.int().nonnegative().optional(),
  /** Storage: the object is kept by a retention policy or a hold: neither overwritten nor deleted. */
  keep: z.enum(['retentionPolicyNotMet', 'objectUnderActiveHold']).optional(),
  /** Sends this many bytes of the true reply's body, then destroys the socket. */
  cutAfterBytes: z.int().nonnegative().optional(),
  /** Sends the true reply's body no faster than this. */
  bytesPerSecond: z.int().positive().optional(),
  /** Accepts the request and never answers. */
  hang: z.literal(true).optional(),
  /** Destroys the socket before anything happens. */
  reset: z.literal(true).optional(),
  /** Does the work (object stored, operation started), then destroys the socket. */
  loseReply: z.literal(true).optional(),
  /** Speech: the operation ends with this error (code: the name of a gRPC status). */
  operationError: GrpcErrorSchema.optional(),
  /** Speech: the operation succeeds and the file's result carries this error. */
  fileError: GrpcErrorSchema.optional(),
  /** Speech: forgets the operation (NOT_FOUND, not listed) once it has started. */
  loseOperation: z.literal(true).optional(),
  /** Speech: success without a results file. */
  noResult: z.literal(true).optional(),
});
/** What happens to one request before, or instead of, its true reply. */
export type FaultAction = z.infer<typeof FaultActionSchema>;

/**
 * A scripted fault: it is played on `times` (1) matching requests after `skip` (0) matching requests.
 * Without `operation` or `callSid` every operation or call of the system matches.
 */
export const FaultInputSchema = z
  .strictObject({
    system: z.enum(SYSTEM_NAMES),
    operation: z.string().optional(),
    callSid: z.string().optional(),
    times: z.int().positive().optional(),
    skip: z.int().nonnegative().optional(),
    action: FaultActionSchema,
  })
  .superRefine(({ system, operation, action }, context) => {
    const { operations, faultFields } = factsOf(system);
    if (operation !== undefined && !operations.includes(operation)) {
      const known = operations.join(', ');
      context.addIssue({
        code: 'custom',
        path: ['operation'],
        message: `${system} has no such operation; it has ${known}`,
      });
    }
    const fields = Object.keys(action);
    if (fields.length === 0) {
      context.addIssue({ code: 'custom', path: ['action'], message: 'does nothing' });
    }
    for (const field of fields) {
      if (!faultFields.includes(field)) {
        const message = `has no effect for ${system}`;
        context.addIssue({ code: 'custom', path: ['action', field], message });
      }
    }
    const statusType = system === 'speech' ? 'string' : 'number';
    if (action.status !== undefined && typeof action.status !== statusType) {
      const message = `has to be a ${statusType} for ${system}`;
      context.addIssue({ code: 'custom', path: ['action', 'status'], message });
    }
  });
export type FaultInput = z.infer<typeof FaultInputSchema>;

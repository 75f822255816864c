import { parentPort, workerData } from 'node:worker_threads';

import { z } from 'zod';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError, type ServiceErrorOptions } from '../../domain/service-error.ts';

const requestSchema = z.object({ module: z.string(), name: z.string(), text: z.string() });

/** What the thread is given: a text, and the function of a module that reads it. */
export type ReadRequest = z.infer<typeof requestSchema>;

/** An error as it crosses to another thread, which loses classes. */
export type ReadFailure = {
  readonly failure: ServiceErrorOptions & { readonly code: ErrorCode; readonly message: string };
};

// The thread of `readInThread`: reads one text and ends.
const { module, name, text } = requestSchema.parse(workerData);
const readers: Readonly<Record<string, (json: string) => unknown>> = await import(module);
answer(readers[name]?.bind(null, text));

function answer(read: (() => unknown) | undefined): void {
  if (read === undefined) throw new Error(`There is no reader ${name}.`);
  try {
    send(read());
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { code, message, retryable, context, retryAfterMs = null } = error;
    send({ failure: { code, message, retryable, context, retryAfterMs } } satisfies ReadFailure);
  }
}

function send(message: unknown): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}

import { Worker } from 'node:worker_threads';

import { ServiceError } from '../../domain/service-error.ts';
import type { ReadFailure, ReadRequest } from './json-thread.ts';

/** A function of a module that reads a text, by its place, because a thread cannot be handed a function. */
export type Reader<T> = {
  /** The URL of the module. */
  readonly module: string;
  /** The name of the function that it exports. */
  readonly name: string;
  /** The same function, for short texts. */
  readonly read: (text: string) => T;
};

/** A text of this length is read within a few milliseconds; starting a thread takes a hundred. */
const SHORT_CHARACTERS = 256 * 1024;

/** The longest reply takes a few seconds on a busy machine. */
const TIMEOUT_MS = 60_000;

/** A thread that needs more ends by itself, and the process goes on. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

/**
 * Reads a text that may have megabytes, without holding up the process: a long one in a thread of its
 * own, with a bound on its memory. Throws what the reader throws, if that is a ServiceError, and what
 * `toFailure` makes when the text takes too much memory or time.
 */
export async function readInThread<T>(
  { module, name, read }: Reader<T>,
  text: string,
  toFailure: (cause: unknown) => Error,
): Promise<T> {
  if (text.length <= SHORT_CHARACTERS) return read(text);
  const request: ReadRequest = { module, name, text };
  const worker = new Worker(new URL('./json-thread.ts', import.meta.url), {
    workerData: request,
    resourceLimits: LIMITS,
  });
  const { promise, resolve, reject } = Promise.withResolvers<T | ReadFailure>();
  const timer = setTimeout(() => reject(new Error('The time was over.')), TIMEOUT_MS);
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => reject(new Error('The thread ended without a result.')));
  let result: T | ReadFailure;
  try {
    result = await promise;
  } catch (error) {
    throw toFailure(error);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
  if (!isFailure(result)) return result;
  const { code, message, ...options } = result.failure;
  throw new ServiceError(code, message, options);
}

function isFailure(result: unknown): result is ReadFailure {
  return typeof result === 'object' && result !== null && 'failure' in result;
}

import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import { adviceAtStart } from '../domain/advice.ts';
import type { ErrorCode } from '../domain/error-codes.ts';
import { ServiceError } from '../domain/service-error.ts';

/** Why the database cannot be used; `null` if it can. */
type Check = (signal: AbortSignal) => Promise<ServiceError | null>;

// What each finding means for a process is decided in docs/decisions/0018.
/** Mended only by another configuration, with which the process has to be started anyway. */
const FAULTS_OF_CONFIGURATION: readonly ErrorCode[] = [
  'DATABASE_CERTIFICATE_UNTRUSTED',
  'DATABASE_CREDENTIALS_REFUSED',
  'DATABASE_POOLER_UNSUITABLE',
  'DATABASE_TLS_REFUSED',
];
/** Mended by a migration, which a deployment may well run after this process has started. */
const OUTDATED: ErrorCode = 'DATABASE_SCHEMA_OUTDATED';

// A migration takes seconds, and nine empty reads cost a database nothing.
const LOOK_AGAIN_AFTER_MS = 5_000;

/**
 * Keeps a worker from taking calls with a database that it cannot work with. Throws what only another
 * configuration mends, waits for missing migrations, and lets a database be away: the steps of
 * calls are tried again until it is back. Resolves with false if the process was told to end meanwhile.
 */
export async function untilDatabaseFits(check: Check, logger: Logger): Promise<boolean> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    let isTold = false;
    for (;;) {
      const failure = await check(stopped.signal);
      if (stopped.signal.aborted) return false;
      if (failure === null || failure.code !== OUTDATED) {
        if (failure !== null) tellOrThrow(failure, logger);
        return true;
      }
      if (!isTold) logger.error({ code: failure.code }, `${sentenceOf(failure)} ${WAITING}`);
      isTold = true;
      await pause(stopped.signal);
    }
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

const WAITING = 'Until then this worker waits and takes no calls.';

function tellOrThrow(failure: ServiceError, logger: Logger): void {
  const { code } = failure;
  if (FAULTS_OF_CONFIGURATION.includes(code)) throw new ServiceError(code, sentenceOf(failure));
  logger.warn({ code }, `${sentenceOf(failure)} Calls wait for it.`);
}

/**
 * Tells what the gateway finds of the database, until it can be used. The gateway serves meanwhile,
 * because it takes calls without the database.
 */
export async function watchDatabase(
  check: Check,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  let told: ErrorCode | null = null;
  while (!signal.aborted) {
    const failure = await check(signal);
    if (signal.aborted) return;
    if (failure === null) {
      if (told !== null) logger.info('The database can be used.');
      return;
    }
    const { code } = failure;
    if (code !== told) {
      const level = code === OUTDATED || FAULTS_OF_CONFIGURATION.includes(code) ? 'error' : 'warn';
      logger[level]({ code }, `${sentenceOf(failure)} ${SERVING}`);
    }
    told = code;
    await pause(signal);
  }
}

const SERVING = 'Until then the gateway takes calls, but tells nothing of them.';

function sentenceOf({ code, message }: ServiceError): string {
  return `The database cannot be used (${code}). ${message} ${adviceAtStart(code)}`;
}

/** Resolves at once when the signal is aborted. */
async function pause(signal: AbortSignal): Promise<void> {
  await delay(LOOK_AGAIN_AFTER_MS, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

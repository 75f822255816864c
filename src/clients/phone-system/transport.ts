import { Agent, type Dispatcher } from 'undici';

/**
 * How long the phone system may stay silent: while connecting, before its answer begins, and
 * between two pieces of a body. A recording of any length may take its time as long as it flows;
 * half a minute of silence is a dead connection (the heartbeat timeout of the step is as long).
 */
const IDLE_TIMEOUT_MS = 30_000;

/** The connections to the phone system. A silent one fails after `idleTimeoutMs`. */
export function createDispatcher(idleTimeoutMs: number = IDLE_TIMEOUT_MS): Dispatcher {
  return new Agent({
    connect: { timeout: idleTimeoutMs },
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
  });
}

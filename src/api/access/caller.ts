import type { FastifyRequest } from 'fastify';

// A request and its caller live equally long.
const callers = new WeakMap<FastifyRequest, string>();

/** Notes who sent a request: the name of a key. */
export function setCaller(request: FastifyRequest, name: string): void {
  callers.set(request, name);
}

/** Who sent a request; `null` where no keys are configured, or the route needs none. */
export function callerOf(request: FastifyRequest): string | null {
  return callers.get(request) ?? null;
}

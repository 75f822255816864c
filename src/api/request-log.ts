import type { FastifyRequest } from 'fastify';

import { isCallKeyPart } from '../domain/call.ts';

/**
 * What a log line tells about a request. Not its address: the path may be a secret (a hook's) and the
 * query may be what somebody searches for.
 */
export function describeRequest(request: FastifyRequest) {
  const { method, ip, routeOptions, params } = request;
  const { callSid }: { readonly callSid?: unknown } = Object(params);
  return {
    method,
    /** The pattern of the route; absent when there is none. */
    route: routeOptions.url,
    ...(typeof callSid === 'string' && isCallKeyPart(callSid) ? { callSid } : {}),
    remoteAddress: ip,
  };
}

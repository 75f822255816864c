import type { FastifyRequest } from 'fastify';

import { isCallKeyPart } from '../domain/call.ts';

// The phone system's own form, or a word. Bare digits may be a phone number that somebody took for an id.
const LOGGED_CALL_SID = /^[1-9]\d{0,9}\.\d{1,9}$|[A-Za-z]/;

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
    ...(typeof callSid === 'string' && isCallKeyPart(callSid) && LOGGED_CALL_SID.test(callSid)
      ? { callSid }
      : {}),
    remoteAddress: ip,
  };
}

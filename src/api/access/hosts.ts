import type { IncomingMessage } from 'node:http';

import { headerValues } from './header-values.ts';

// What browsers write for this machine. A page of another site cannot have one of these names.
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether the value of a Host header names this machine. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.test(nameOf(host));
}

function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

/**
 * Creates the rule that tells whether a request was sent to a name of ours: the one in PUBLIC_URL, or
 * one of this machine. A page whose own name leads to this machine (DNS rebinding) is thereby told
 * nothing. What a proxy claims in X-Forwarded-Host does not count, because such a page could claim
 * the same.
 */
export function createHostRule(publicUrl: string | null) {
  const publicName = publicUrl === null ? null : new URL(publicUrl).hostname;
  const isOurs = (host: string) => isLoopbackHost(host) || nameOf(host) === publicName;

  return (request: IncomingMessage): boolean => {
    const { url = '' } = request;
    const [host, ...others] = headerValues(request, 'host');
    if (host === undefined || others.length > 0 || !isOurs(host)) return false;
    // A target with a host of its own outweighs the header.
    return url.startsWith('/') || isOurs(URL.parse(url)?.host ?? '');
  };
}

import type { IncomingMessage } from 'node:http';

import { isLoopbackHost } from './hosts.ts';
import { pathOf } from './paths.ts';

// Pages for people, to which a page of another site may link.
const PAGE = /^\/(?:console|docs)(?:\/|$)/;

/**
 * Creates the rule that tells whether a web page of another origin sent a request. Browsers send
 * such requests without asking, and say so in Origin and Sec-Fetch-Site; other clients send neither.
 */
export function createOriginRule(publicUrl: string | null) {
  const publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin;

  return (request: IncomingMessage): boolean => {
    const { host = '', origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    // Another port of this machine is another origin, and so is the public name without TLS.
    const ownOrigin = isLoopbackHost(host) ? `http://${host}` : publicOrigin;
    const isForeign =
      (origin !== undefined && origin !== publicOrigin && origin !== ownOrigin) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none');
    return isForeign && !isNavigationToPage(request);
  };
}

/** Somebody followed a link: the page is shown to them, and the page with the link learns nothing. */
function isNavigationToPage({ method, url = '', headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document' &&
    PAGE.test(pathOf(url))
  );
}

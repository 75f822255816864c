import type { IncomingMessage, Server } from 'node:http';
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const WILDCARDS = new Set(['0.0.0.0', '::']);

/**
 * Makes a server refuse what a web page sends from the browser of somebody on this machine: a request
 * under a foreign name (421: a name that the page's owner has pointed here), or from a foreign page
 * (403). What is not sent by a browser carries neither.
 */
export function refuseForeign(server: Server, listensOn: string): void {
  const handlers = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const status = refusalOf(request, listensOn);
    if (status === null) {
      for (const handle of handlers) handle.call(server, request, response);
      return;
    }
    const reason = status === 421 ? 'this Host' : 'pages of this Origin';
    response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
    response.end(`The sandbox does not serve ${reason}.\n`);
  });
}

function refusalOf({ headers }: IncomingMessage, listensOn: string): 421 | 403 | null {
  if (!isOurs(hostOf(`http://${headers.host ?? ''}`), listensOn)) return 421;
  return headers.origin === undefined || isOurs(hostOf(headers.origin), listensOn) ? null : 403;
}

/** `null` for what is no address, such as the origin "null" of a page that is kept in a file. */
function hostOf(url: string): string | null {
  return URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? null;
}

function isOurs(host: string | null, listensOn: string): boolean {
  if (host === null) return false;
  const family = isIP(host);
  // Nobody can point an address elsewhere: whoever opened the sandbox to others reaches it by one.
  if (family !== 0 && WILDCARDS.has(listensOn)) return true;
  return (
    host === 'localhost' ||
    host === listensOn ||
    (family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4'))
  );
}

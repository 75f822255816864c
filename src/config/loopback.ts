import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host name or IP address, without brackets, is this machine itself. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host === 'localhost' : loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** The same of the host of a URL, in which an IPv6 address stands in brackets. */
export function isLoopbackUrl(url: string): boolean {
  return isLoopback((URL.parse(url)?.hostname ?? '').replaceAll(/[[\]]/g, ''));
}

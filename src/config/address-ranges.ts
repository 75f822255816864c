import { isIP } from 'node:net';

/** Whether a text is an IP address or a range of them (CIDR) that leaves some addresses out. */
export function isAddressRange(text: string): boolean {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (bits === 0) return false;
  // Of /0, everybody could claim any address.
  return prefix === undefined || (Number(prefix) >= 1 && Number(prefix) <= bits);
}

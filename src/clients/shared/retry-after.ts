/**
 * Reads the header Retry-After (RFC 9110, section 10.2.3): whole seconds or an HTTP date. Returns
 * milliseconds from `now`, or `null` when the header is absent, unreadable, or does not name a time
 * in the future: zero would mean asking again at once, for ever, and a past date a wrong clock.
 */
export function parseRetryAfter(header: unknown, now: Date = new Date()): number | null {
  if (typeof header !== 'string') return null;
  const waitMs = /^\d+$/.test(header.trim())
    ? Number(header) * 1000
    : Date.parse(header) - now.getTime();
  return waitMs > 0 ? waitMs : null;
}

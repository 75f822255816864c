/**
 * Reads the header Retry-After (RFC 9110, section 10.2.3): whole seconds or an HTTP date.
 * Returns milliseconds from `now`, or `null` when the header is absent, unreadable, or names no time
 * to come: nought would mean to ask again at once, for ever, and a date in the past a wrong clock.
 */
export function parseRetryAfter(header: unknown, now: Date = new Date()): number | null {
  if (typeof header !== 'string') return null;
  const waitMs = /^\d+$/.test(header.trim())
    ? Number(header) * 1000
    : Date.parse(header) - now.getTime();
  return waitMs > 0 ? waitMs : null;
}

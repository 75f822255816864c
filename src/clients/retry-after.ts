/** Nobody is made to wait longer than a day by a header, however it was meant. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

/**
 * Reads the header Retry-After (RFC 9110, section 10.2.3): whole seconds or an HTTP date.
 * Returns milliseconds from `now`, or `null` when the header is absent or unreadable.
 */
export function parseRetryAfter(header: unknown, now: Date = new Date()): number | null {
  if (typeof header !== 'string') return null;
  const waitMs = /^\d+$/.test(header.trim())
    ? Number(header) * 1000
    : Date.parse(header) - now.getTime();
  return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS) : null;
}

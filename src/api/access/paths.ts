/** The path of a request's target, without the query. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

// Orchestrators and collectors ask by the address of a machine, and again and again.
const PROBES: readonly string[] = ['/healthz', '/readyz', '/metrics'];

/** Whether a request asks how the gateway is, and not for anything about calls. */
export function isProbe(url: string): boolean {
  return PROBES.includes(pathOf(url));
}

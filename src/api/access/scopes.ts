import type { Scope } from '../../domain/api-key.ts';

/** What a request needs: a scope, any key at all, or nothing. */
export type Requirement = Scope | 'any key' | 'no key';

/** Routes by method and pattern; every other GET needs `calls:read`. */
const REQUIREMENTS: Readonly<Record<string, Requirement>> = {
  // What orchestrators and newcomers ask, and what tells nothing about calls.
  'GET /healthz': 'no key',
  'GET /readyz': 'no key',
  'GET /openapi.json': 'no key',
  'GET /docs': 'no key',
  // How somebody gets a session. What it permits is decided where the session is used.
  'GET /session': 'no key',
  'POST /session': 'no key',
  'DELETE /session': 'no key',
  'GET /metrics': 'admin',
  // These bring a signature or a secret instead.
  'POST /hooks/phone-system': 'no key',
  'POST /hooks/phone-system/:secret': 'no key',
  'POST /calls': 'calls:start',
  'POST /calls/:callSid/reprocess': 'calls:reprocess',
  'POST /reprocesses': 'calls:reprocess',
  'DELETE /reprocesses/:id': 'calls:reprocess',
};

// Its scripts and styles, which anybody can get from the package that has them.
const PARTS_OF_DOCS = '/docs/';

// Its pages show what the other routes answer to the session of their reader, and do nothing by themselves.
const CONSOLE = /^\/console(?:\/|$)/;

/**
 * What a request needs. `pattern` is that of its route; without one, there is no such route, and only
 * a key learns so. `null` for a route that nobody has decided about.
 */
export function requirementOf(method: string, pattern: string | undefined): Requirement | null {
  if (pattern === undefined) return 'any key';
  // Fastify answers HEAD by the route of GET.
  const known = method === 'HEAD' ? 'GET' : method;
  if (CONSOLE.test(pattern)) return 'no key';
  if (known === 'GET' && pattern.startsWith(PARTS_OF_DOCS)) return 'no key';
  return REQUIREMENTS[`${known} ${pattern}`] ?? (known === 'GET' ? 'calls:read' : null);
}

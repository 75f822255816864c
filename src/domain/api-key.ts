import { HOOK_ACTOR, isActor } from './actor.ts';

/** What a key may do. `admin`: see how the service itself is. */
export const SCOPES = ['calls:read', 'calls:start', 'calls:reprocess', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** A key as the gateway knows it: never the key itself, only its digest. */
export type ApiKey = {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** SHA-256 of the key, in small hexadecimal letters. */
  readonly sha256: string;
};

/** Tells whether a text is one of the scopes. */
export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}

/** Reads `NAME:SCOPE+SCOPE:SHA256`, an item of API_KEYS; `null` when it does not have that form. */
export function parseApiKey(item: string): ApiKey | null {
  // Scopes contain colons too.
  const [, name = '', scopes = '', sha256 = ''] = /^([^:]*):(.*):([0-9a-f]{64})$/i.exec(item) ?? [];
  const named = scopes.split('+');
  if (!isActor(name) || name === HOOK_ACTOR || !named.every(isScope)) return null;
  return { name, scopes: named, sha256: sha256.toLowerCase() };
}

/** Writes a key as parseApiKey reads it. */
export function formatApiKey({ name, scopes, sha256 }: ApiKey): string {
  return `${name}:${scopes.join('+')}:${sha256}`;
}

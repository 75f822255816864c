import type { FastifyRequest } from 'fastify';

import type { Scope } from '../../domain/api-key.ts';
import type { SessionReply } from '../../api/session-schemas.ts';
import type { Api } from './api.ts';
import type { Html } from './html.ts';

/** Somebody opens a page: who it is, and how the page learns what it shows. */
export type Visit = {
  readonly request: FastifyRequest;
  readonly session: SessionReply;
  readonly api: Api;
  /** The moment that "ago" counts from. */
  readonly now: number;
  /** For styles that a script of this page makes: no other may. */
  readonly nonce: string;
};

/** What a page shows. */
export type Page = {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  /** Scripts of `browser/` that this page needs in addition. */
  readonly scripts?: readonly string[];
  /** Styles of packages, likewise. */
  readonly styles?: readonly string[];
  /** The browser asks for the page once more, at once. */
  readonly reloads?: true;
  /** Where the page hears that something has changed. */
  readonly live?: string;
};

/** What a page answers: itself, or where to go on. */
export type Answer = Page | { readonly goTo: string; readonly cookie?: string | null };

export function may({ session }: Pick<Visit, 'session'>, scope: Scope): boolean {
  return session.scopes.includes(scope);
}

/** The fields of a form, or the parameters of an address; what is sent twice counts once. */
export function fieldsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries<unknown>(Object(value)).flatMap(([name, field]: [string, unknown]) => {
      const one: unknown = Array.isArray(field) ? field.at(-1) : field;
      return typeof one === 'string' ? [[name, one]] : [];
    }),
  );
}

import type { ErrorCode } from '../../../src/domain/error-codes.ts';

/** What Temporal does after an attempt that received a reply. */
export type Next =
  /** The step fails for good. */
  | 'given up'
  /** Another attempt after the step's own backoff, which doubles with every attempt. */
  | 'own pace'
  /** Another attempt after the delay that the other side asked for. */
  | { readonly afterSeconds: number };

export const after = (afterSeconds: number): Next => ({ afterSeconds });

/** The cap on any delay: see LONGEST_DELAY_MS in src/activities/failure.ts. */
export const AN_HOUR: Next = after(60 * 60);

/** How long an account without money is left alone: see UNTIL_PAID_MS in src/clients/shared/about-money.ts. */
export const UNTIL_PAID: Next = after(15 * 60);

/** One row of the corpus: a title, the reply, its code, and what follows. */
export type ReplyCase<Reply> = readonly [what: string, reply: Reply, code: ErrorCode, next: Next];

/** An answer over HTTP; by default 200 with an empty body. */
export type HttpReply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is sent; anything else is sent as JSON. */
  readonly body?: unknown;
  /** Seconds or any text; `inSeconds` becomes an HTTP date, in the past when negative. */
  readonly retryAfter?: string | { readonly inSeconds: number };
  /** Announces a longer body than is sent, then breaks the connection; needs a body. */
  readonly cutOff?: true;
};

/** An answer over HTTP, or a connection that gives none. */
export type HttpAnswer =
  | HttpReply
  | 'refused'
  | 'unknown host'
  | 'reset'
  | 'silent'
  | 'endless'
  | 'not HTTP';

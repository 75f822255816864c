import type { ErrorCode } from '../../../src/domain/error-codes.ts';

/** What Temporal does after an attempt that met a reply. */
export type Next =
  /** The step is given up at once. */
  | 'given up'
  /** Another attempt after the step's own pause, which doubles from attempt to attempt. */
  | 'own pace'
  /** Another attempt after as many seconds as the other side asked for. */
  | { readonly afterSeconds: number };

export const after = (afterSeconds: number): Next => ({ afterSeconds });

/** The cap on any delay: see LONGEST_DELAY_MS in src/activities/failure.ts. */
export const AN_HOUR: Next = after(60 * 60);

/** One line of the corpus: what is answered in words, the answer, its code, and what follows. */
export type ReplyCase<Reply> = readonly [what: string, reply: Reply, code: ErrorCode, next: Next];

/** An answer over HTTP; 200 and empty unless told otherwise. */
export type HttpReply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is sent; anything else is sent as JSON. */
  readonly body?: unknown;
  /** Seconds or any text; `inSeconds` makes an HTTP date of it, in the past when negative. */
  readonly retryAfter?: string | { readonly inSeconds: number };
  /** Goes with a body: it is announced to be longer than it is, and then the connection breaks. */
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

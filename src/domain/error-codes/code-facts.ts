/** What a code says to people, and whether it is retried. */
export type CodeFacts = {
  /** What happened, for somebody who meets the code for the first time. */
  readonly meaning: string;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** What an operator does about it once a step was given up with this code. */
  readonly remedy: string;
  /** What who sent a request to the gateway does about it, where that is something else. */
  readonly remedyOfRequest?: string;
};

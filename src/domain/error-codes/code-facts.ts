/** What operators are told about a code, and whether the request is tried again. */
export type CodeFacts = {
  /** What happened, for someone who meets the code for the first time. */
  readonly meaning: string;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** What an operator should do once a step has been given up with this code. */
  readonly remedy: string;
  /**
   * What the sender of a request to the gateway should do, where that differs: a failed request
   * parks no run, so there is nothing to send a signal to.
   */
  readonly requestRemedy?: string;
};

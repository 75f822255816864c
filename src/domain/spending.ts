/** What was paid for to the outside systems in a time. */
export type Spending = {
  /** Of the transcriptions of which somebody says what was billed. */
  readonly speechSeconds: number;
  /** How many there were of which nobody says it. */
  readonly unknownBills: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

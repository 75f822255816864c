/** A place in the log, which is ordered by transaction, then by id. */
export type LogPlace = {
  readonly transactionId: bigint;
  /** Of the row that was seen last there; NO_ROW: none of this transaction. */
  readonly id: string;
  /** When what is before it was written, in milliseconds since 1970, by the clock of the database. */
  readonly at: number;
};

/** Which of the database's transactions had ended at a moment. */
export type Snapshot = {
  /** The number that the next transaction gets. */
  readonly next: bigint;
  /** Those that are not ended. */
  readonly running: readonly bigint[];
  /** In milliseconds since 1970. */
  readonly at: number;
};

/** An id before those of all rows. */
export const NO_ROW = '00000000-0000-0000-0000-000000000000';

/** The place before all rows. */
export const LOG_BEGINS: LogPlace = { transactionId: 0n, id: NO_ROW, at: 0 };

/** Whether a place is behind another one. */
export function isBehind(one: LogPlace, other: LogPlace): boolean {
  return one.transactionId === other.transactionId
    ? one.id > other.id
    : one.transactionId > other.transactionId;
}

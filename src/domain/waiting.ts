import type { ErrorCode } from './error-codes.ts';
import type { Step } from './names.ts';

/** Why a call does not go on at the moment although nobody has to do anything for it to be tried again. */
export type Waiting = {
  readonly step: Step;
  /** The number of the attempt that failed last; `0` when none has failed. */
  readonly attempt: number;
  readonly code: ErrorCode;
  /** What failed and why, or what is waited for, in a sentence. */
  readonly message: string;
  /** Since when the step keeps failing, or nobody takes it up. */
  readonly since: Date;
  /** `null` while the next attempt is running, or may begin at any moment. */
  readonly nextAttemptAt: Date | null;
};

/** A step that a worker is at. */
export type Running = {
  readonly step: Step;
  readonly since: Date;
};

/** The columns of a call for which nothing waits. */
export const NOTHING_WAITS = {
  waitingStep: null,
  waitingAttempt: null,
  waitingCode: null,
  waitingMessage: null,
  waitingSince: null,
  waitingNextAt: null,
} as const;

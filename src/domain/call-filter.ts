import type { CallStatus, CompanyMatch, Outcome } from './call.ts';

/** Which calls are meant: those that fulfil every condition that is given. */
export type CallFilter = {
  readonly status?: CallStatus | undefined;
  readonly outcome?: Outcome | undefined;
  readonly failureCode?: string | undefined;
  readonly failedStep?: string | undefined;
  /** Whether a step waits for its next attempt. */
  readonly waiting?: boolean | undefined;
  /** The ConnectWise id of the company. */
  readonly company?: string | undefined;
  readonly companyMatch?: CompanyMatch | undefined;
  /** Of the current analysis. */
  readonly category?: string | undefined;
  readonly priority?: string | undefined;
  readonly sentiment?: string | undefined;
  /** When processing first began: not before `from`, and before `to`. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
};

import type { CATEGORIES, PRIORITIES, SENTIMENTS } from './analysis.ts';
import type { CallStatus, CompanyMatch, Outcome } from './call.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Step } from './names.ts';

/** Which calls are wanted. A call has to fulfil all that is given. */
export type CallFilter = {
  readonly status?: CallStatus | undefined;
  readonly outcome?: Outcome | undefined;
  readonly failureCode?: ErrorCode | undefined;
  readonly failedStep?: Step | undefined;
  /** Whether a step waits for its next attempt. */
  readonly waiting?: boolean | undefined;
  /** A ConnectWise id. */
  readonly company?: string | undefined;
  readonly companyMatch?: CompanyMatch | undefined;
  readonly category?: (typeof CATEGORIES)[number] | undefined;
  readonly priority?: (typeof PRIORITIES)[number] | undefined;
  readonly sentiment?: (typeof SENTIMENTS)[number] | undefined;
  /** The start of processing: not before `from`, and before `to`. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Whether somebody has to get back to the client. */
  readonly followUp?: boolean | undefined;
  /** The least length of the recording. */
  readonly minSeconds?: number | undefined;
  /** Words to find in company, transcript, summary and quotes, as search engines take them. */
  readonly q?: string | undefined;
};

/** A place in the order of a list: `at` with all six decimals that the database keeps. */
export type ListPlace = { readonly at: string; readonly id: string };

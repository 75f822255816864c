import { defineQuery, defineSignal } from '@temporalio/workflow';

import type { CallKey, CallStatus, Outcome } from '../domain/call.ts';
import type { ErrorCode } from '../domain/error-codes.ts';
import { REPROCESS_SIGNAL, STATUS_QUERY, type RedoStep, type Step } from '../domain/names.ts';

/** What a run is started with. The gateway sends the key; a run that begins again adds the rest. */
export type CallProcessingInput = CallKey & {
  /** Redo this step and what depends on it, instead of skipping a COMPLETED call. */
  readonly redoFrom?: RedoStep;
  /** More steps to redo: what a run that begins again had been asked for and had not done yet. */
  readonly alsoRedo?: readonly RedoStep[];
  /** The operator's note about why. */
  readonly reason?: string;
};

export type CallProcessingResult = {
  readonly callSid: string;
  readonly status: Extract<CallStatus, 'COMPLETED'>;
  /** `null` when the call was COMPLETED before and the run had nothing to do. */
  readonly outcome: Outcome | null;
};

export type Progress = 'WAITING' | 'RUNNING' | 'FAILED' | 'DONE';

/** The answer to the query `status`. */
export type StatusReport = {
  readonly steps: Readonly<Record<Step, Progress>>;
  readonly parked: readonly { readonly step: Step; readonly code: ErrorCode }[];
  readonly reprocessRequests: number;
};

/**
 * Releases every parked step; `{from}` naming a finished step begins again there. The payload is
 * whatever somebody's shell sent: no value of it may fail the workflow.
 */
export const reprocessSignal = defineSignal<[unknown?]>(REPROCESS_SIGNAL);

export const statusQuery = defineQuery<StatusReport>(STATUS_QUERY);

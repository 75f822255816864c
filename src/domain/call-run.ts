import type { CallKey, CallStatus, Outcome } from './call.ts';
import type { ErrorCode } from './error-codes.ts';
import type { RedoStep, Step } from './names.ts';

/** The argument of a run. The gateway sends the key; a run that begins again adds the rest. */
export type CallProcessingInput = CallKey & {
  /** Redo this step and what depends on it, instead of skipping a COMPLETED call. */
  readonly redoFrom?: RedoStep;
  /** More steps to redo: those that a run which begins again was asked for but had not done yet. */
  readonly alsoRedo?: readonly RedoStep[];
  /** The operator's note about why. */
  readonly reason?: string;
  /** The name of the key that asked for the run. */
  readonly actor?: string;
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

/** The answer to the query `plan`: how far each step is, and which steps must not reuse what earlier runs stored. */
export type PlanReport = {
  readonly steps: Readonly<Record<Step, Progress>>;
  readonly redo: readonly RedoStep[];
};

/** The workflow of one call, as a type: clients start and signal it without loading it. */
export type CallProcessing = (input: CallProcessingInput) => Promise<CallProcessingResult>;

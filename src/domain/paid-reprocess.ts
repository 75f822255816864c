import type { RedoStep } from './names.ts';

/** The time for which a limit on reprocesses of a call counts them, in milliseconds. */
export const PAID_REPROCESSES_WINDOW_MS = 24 * 60 * 60 * 1000;

/** Steps whose retry alone pays for nothing that was paid before. */
const FREE: readonly (string | null)[] = ['openCall', 'archiveRecording', 'matchCompany'];

/**
 * Whether a reprocess of a call may pay again: every `from` leads to the analysis; a parked call only
 * repeats the step that failed.
 */
export function mayPay(
  { callStatus, failedStep }: { readonly callStatus: string; readonly failedStep: string | null },
  from: RedoStep | null,
): boolean {
  return from !== null || callStatus !== 'FAILED' || !FREE.includes(failedStep);
}

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';

import type { CallStatus } from '../domain/call.ts';
import { ERROR_CODES } from '../domain/error-codes.ts';
import { REPROCESS_SIGNAL, type Step } from '../domain/names.ts';
import type { StepFailure } from './step-failure.ts';

const callStatus = defineSearchAttributeKey('CallStatus', SearchAttributeType.KEYWORD);
const failedStep = defineSearchAttributeKey('FailedStep', SearchAttributeType.KEYWORD);
const failureCode = defineSearchAttributeKey('FailureCode', SearchAttributeType.KEYWORD);

/** Where a run stands, as lists of runs and the Web UI show it. */
export type Standing =
  | { readonly status: Exclude<CallStatus, 'FAILED'> }
  | { readonly status: 'FAILED'; readonly step: Step; readonly failure: StepFailure };

/**
 * Publishes where the run stands: in the search attributes, by which operators find it, and in
 * the current details, in which the Web UI tells them what to do.
 */
export function publish(standing: Standing): void {
  const failed = standing.status === 'FAILED' ? standing : null;
  upsertSearchAttributes([
    { key: callStatus, value: standing.status },
    { key: failedStep, value: failed?.step ?? null },
    { key: failureCode, value: failed?.failure.code ?? null },
  ]);
  setCurrentDetails(failed === null ? '' : describe(failed));
}

/**
 * Publishes a run that begins. The gateway has set the status at the start, which costs nothing;
 * a run that was started from a command line has not.
 */
export function publishStart(): void {
  if (workflowInfo().typedSearchAttributes.get(callStatus) !== 'PROCESSING') {
    publish({ status: 'PROCESSING' });
  }
}

function describe({ step, failure }: Extract<Standing, { status: 'FAILED' }>): string {
  return [
    `**FAILED at ${step}: ${failure.code}**`,
    failure.message,
    `**What to do:** ${ERROR_CODES[failure.code].remedy}`,
    `The run waits for the signal \`${REPROCESS_SIGNAL}\` and goes on at this step; nothing that was paid for is paid for again.`,
  ].join('\n\n');
}

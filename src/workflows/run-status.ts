import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';

import type { CallStatus } from '../domain/call.ts';
import { ERROR_CODES } from '../domain/error-codes.ts';
import { REPROCESS_SIGNAL, SEARCH_ATTRIBUTES, type Step } from '../domain/names.ts';
import type { StepFailure } from './step-failure.ts';

const [CALL_STATUS, FAILED_STEP, FAILURE_CODE] = SEARCH_ATTRIBUTES;
const callStatus = defineSearchAttributeKey(CALL_STATUS, SearchAttributeType.KEYWORD);
const failedStep = defineSearchAttributeKey(FAILED_STEP, SearchAttributeType.KEYWORD);
const failureCode = defineSearchAttributeKey(FAILURE_CODE, SearchAttributeType.KEYWORD);

/** The state of a run, as lists of runs and the Web UI show it. */
type RunStatus =
  | { readonly status: Exclude<CallStatus, 'FAILED'> }
  | { readonly status: 'FAILED'; readonly step: Step; readonly failure: StepFailure };

/**
 * Publishes the run's status: in the search attributes, by which operators find the run, and in the
 * current details, where the Web UI tells them what to do.
 */
export function publishStatus(status: RunStatus): void {
  const failed = status.status === 'FAILED' ? status : null;
  upsertSearchAttributes([
    { key: callStatus, value: status.status },
    { key: failedStep, value: failed?.step ?? null },
    { key: failureCode, value: failed?.failure.code ?? null },
  ]);
  setCurrentDetails(failed === null ? '' : describe(failed));
}

/**
 * Publishes that the run has started, unless the gateway has set the status when it started the run,
 * which costs nothing. A run that was started from a command line has no status yet.
 */
export function publishStarted(): void {
  if (workflowInfo().typedSearchAttributes.get(callStatus) !== 'PROCESSING') {
    publishStatus({ status: 'PROCESSING' });
  }
}

function describe({ step, failure }: Extract<RunStatus, { status: 'FAILED' }>): string {
  return [
    `**FAILED at ${step}: ${failure.code}**`,
    failure.message,
    `**What to do:** ${ERROR_CODES[failure.code].remedy}`,
    `The run waits for the signal \`${REPROCESS_SIGNAL}\` and continues at this step; nothing is paid for twice.`,
  ].join('\n\n');
}

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import type { CallKey } from '../../../src/domain/call.ts';
import type { EmptySteps } from '../floor-worker.ts';

const status = defineSearchAttributeKey('CallStatus', SearchAttributeType.KEYWORD);
const failedStep = defineSearchAttributeKey('FailedStep', SearchAttributeType.KEYWORD);
const failureCode = defineSearchAttributeKey('FailureCode', SearchAttributeType.KEYWORD);

const short = proxyActivities<EmptySteps>({
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '6 hours',
});
const long = proxyActivities<EmptySteps>({
  startToCloseTimeout: '3 hours',
  heartbeatTimeout: '30 seconds',
  scheduleToCloseTimeout: '7 days',
});

/** The shape of CallProcessingWorkflow and its messages to Temporal, without anything that is done. */
export async function CallProcessingWorkflow({ callSid }: CallKey): Promise<{ callSid: string }> {
  const input = { callSid, redo: false };
  await short.openCall(input);
  await long.archiveRecording(input);
  await Promise.all([long.transcribeRecording(input), short.matchCompany(input)]);
  await long.analyzeTranscript(input);
  upsertSearchAttributes([
    { key: status, value: 'COMPLETED' },
    { key: failedStep, value: null },
    { key: failureCode, value: null },
  ]);
  setCurrentDetails('');
  return { callSid };
}

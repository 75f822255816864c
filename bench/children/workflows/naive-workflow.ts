import { proxyActivities } from '@temporalio/workflow';

import type { CallKey } from '../../../src/domain/call.ts';
import type { NaiveSteps } from '../naive-worker.ts';

const steps = proxyActivities<NaiveSteps>({ startToCloseTimeout: '1 minute' });

/** The eight things that the plan does, each as an activity, one after the other. */
export async function NaiveWorkflow({ callSid }: CallKey): Promise<{ callSid: string }> {
  const input = { callSid };
  await steps.openCall(input);
  await steps.fetchRecording(input);
  await steps.uploadRecording(input);
  await steps.transcribe(input);
  await steps.findCompany(input);
  await steps.analyze(input);
  await steps.saveAnalysis(input);
  await steps.finishCall(input);
  return { callSid };
}

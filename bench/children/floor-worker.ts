// The floor: what Temporal itself costs. The same shape as a call, and activities that do nothing.
import { NativeConnection, Worker } from '@temporalio/worker';

import { STEPS, type Step } from '../../src/domain/names.ts';
import { given, installRuntime, WORKER_SETTINGS } from './worker-settings.ts';

export type EmptySteps = Readonly<
  Record<Step, (input: { readonly callSid: string; readonly redo: boolean }) => Promise<object>>
>;

installRuntime(process.env['METRICS_ADDRESS']);
const connection = await NativeConnection.connect({ address: given('TEMPORAL_ADDRESS') });
const worker = await Worker.create({
  ...WORKER_SETTINGS,
  connection,
  taskQueue: given('TASK_QUEUE'),
  workflowBundle: { codePath: given('WORKFLOW_BUNDLE') },
  activities: Object.fromEntries(STEPS.map((step) => [step, async () => ({ done: true })])),
});
console.log('ready');
await worker.run();
await connection.close();

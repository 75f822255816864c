// Naive Temporal: eight activities in a row, each of which writes a row by itself.
import { NativeConnection, Worker } from '@temporalio/worker';

import { openPlanDatabase } from '../plan/database.ts';
import { given, installRuntime, WORKER_SETTINGS } from './worker-settings.ts';

const NAMES = [
  'openCall',
  'fetchRecording',
  'uploadRecording',
  'transcribe',
  'findCompany',
  'analyze',
  'saveAnalysis',
  'finishCall',
] as const;

export type NaiveSteps = Readonly<
  Record<(typeof NAMES)[number], (input: { readonly callSid: string }) => Promise<object>>
>;

installRuntime(process.env['METRICS_ADDRESS']);
const connection = await NativeConnection.connect({ address: given('TEMPORAL_ADDRESS') });
const { prisma } = await openPlanDatabase({
  clientModule: given('PLAN_CLIENT'),
  url: given('DATABASE_URL'),
  poolSize: Number(given('DATABASE_POOL_SIZE')),
});
const worker = await Worker.create({
  ...WORKER_SETTINGS,
  connection,
  taskQueue: given('TASK_QUEUE'),
  workflowBundle: { codePath: given('WORKFLOW_BUNDLE') },
  activities: Object.fromEntries(
    NAMES.map((name) => [
      name,
      async ({ callSid }: { readonly callSid: string }) => {
        const message = `${name} of ${callSid}`;
        const row = await prisma.processingLog.create({ data: { status: 'LOG_INFO', message } });
        return { id: row.id };
      },
    ]),
  ),
});
console.log('ready');
await worker.run();
await prisma.$disconnect();
await connection.close();

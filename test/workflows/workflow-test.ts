import { fileURLToPath } from 'node:url';

import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';

import { WORKFLOW_TYPE } from '../../src/domain/names.ts';
import type { CallProcessingWorkflow } from '../../src/workflows/index.ts';
import type { CallProcessingInput, StatusReport } from '../../src/domain/call-run.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { startTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';
import { createScriptedActivities, type Script } from './scripted-activities.ts';

export const WORKFLOWS_PATH = fileURLToPath(
  new URL('../../src/workflows/index.ts', import.meta.url),
);

export type WorkflowTest = {
  /** Starts a run with a callSid of its own; `input` overrides fields of its argument. */
  start(
    prepare?: (script: Script) => void,
    input?: Partial<CallProcessingInput>,
  ): Promise<{
    callSid: string;
    handle: WorkflowHandle<typeof CallProcessingWorkflow>;
    script: Script;
  }>;
  startWithSignal(payload: unknown): Promise<{
    callSid: string;
    handle: WorkflowHandle<typeof CallProcessingWorkflow>;
    script: Script;
  }>;
  stop(): Promise<void>;
};

/**
 * A worker with scripted activities on a real Temporal server. The time-skipping server does not
 * work here: it refuses a workflow task that cancels an activity which has just ended
 * (ACTIVITY_UNKNOWN), and then never dispatches that task again. A real server accepts it.
 */
export async function startWorkflowTest(): Promise<WorkflowTest> {
  const { address } = await startTemporal();
  quietRuntime();
  const environment = await TestWorkflowEnvironment.createFromExistingServer({ address });
  const { activities, scriptOf } = createScriptedActivities();
  const taskQueue = 'workflow-test';
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: WORKFLOWS_PATH,
      logger: new DefaultLogger('ERROR'),
    }),
    activities,
  });
  const running = worker.run();
  let count = 0;

  const prepareRun = (input: Partial<CallProcessingInput> = {}) => {
    count += 1;
    const callSid = `workflow-test-${count}`;
    const argument = { callSid, recordgroup: '1', recordid: '2', ...input };
    const options = {
      workflowId: callSid,
      taskQueue,
      args: [argument] as [CallProcessingInput],
      memo: { recordgroup: '1', recordid: '2' },
    };
    return { callSid, options, script: scriptOf(callSid) };
  };

  return {
    async start(prepare, input) {
      const { callSid, options, script } = prepareRun(input);
      prepare?.(script);
      const handle = await environment.client.workflow.start<typeof CallProcessingWorkflow>(
        WORKFLOW_TYPE,
        options,
      );
      return { callSid, handle, script };
    },
    async startWithSignal(payload) {
      const { callSid, options, script } = prepareRun();
      const handle = await environment.client.workflow.signalWithStart<
        typeof CallProcessingWorkflow,
        [unknown?]
      >(WORKFLOW_TYPE, { ...options, signal: 'reprocess', signalArgs: [payload] });
      return { callSid, handle, script };
    },
    async stop() {
      worker.shutdown();
      await running;
      await environment.teardown();
    },
  };
}

/** Waits until these steps are parked. */
export function untilParked(handle: WorkflowHandle, ...steps: string[]): Promise<StatusReport> {
  return waitFor(`${steps.join(' and ')} to be parked`, async () => {
    const status = await handle.query<StatusReport>('status');
    const parked = status.parked.map(({ step }) => step);
    return steps.every((step) => parked.some((one) => one === step)) ? status : null;
  });
}

/** The values of our search attributes, by name. */
export async function attributesOf(handle: WorkflowHandle): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await handle.describe();
  const ours = typedSearchAttributes
    .getAll()
    .filter(({ key }) => ['CallStatus', 'FailedStep', 'FailureCode'].includes(key.name))
    .map(({ key, value }) => [key.name, value] as const);
  return Object.fromEntries(ours);
}

/** The names of the activities that were requested, in order. */
export function namesOf(script: Script): string[] {
  return script.asked.map(({ activity }) => activity);
}

/** The inputs of every request to an activity, in order. */
export function inputsOf<I>(script: Script, activity: Script['asked'][number]['activity']): I[] {
  return script.asked.filter((asked) => asked.activity === activity).map(({ input }) => input as I);
}

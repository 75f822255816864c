import { status } from '@grpc/grpc-js';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';

import type { CallKey } from '../../domain/call.ts';
import type { CallProcessing } from '../../domain/call-run.ts';
import { REPROCESS_SIGNAL, TASK_QUEUE, WORKFLOW_TYPE, type RedoStep } from '../../domain/names.ts';
import { findGrpcError, toTemporalError } from './errors.ts';

/** What a call is told: where to begin, why and for whom. */
export type Resumption = {
  readonly from: RedoStep | null;
  readonly reason: string | null;
  readonly actor: string | null;
};

export type CallResumption = ReturnType<typeof createCallResumption>;

// See call-runs.ts.
const DEADLINE_MS = 5_000;

const callStatusKey = defineSearchAttributeKey('CallStatus', SearchAttributeType.KEYWORD);
const startedByKey = defineSearchAttributeKey('StartedBy', SearchAttributeType.KEYWORD);

/**
 * Tells calls to begin again such that a request that is repeated, or that somebody else has made
 * meanwhile, begins nothing twice. Every method rejects with TEMPORAL_… when Temporal does not answer.
 */
export function createCallResumption(client: Client, taskQueue: string = TASK_QUEUE) {
  const withDeadline = async <T>(request: () => Promise<T>): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + DEADLINE_MS, request);
    } catch (error) {
      throw toTemporalError(error);
    }
  };

  return {
    /**
     * Signals this very run to resume what is parked. Temporal takes a signal with the same `requestId`
     * once. Returns false when the run has closed.
     */
    resumeParked(
      { callSid, runId }: { readonly callSid: string; readonly runId: string },
      { from, reason, actor }: Resumption,
      requestId: string,
    ): Promise<boolean> {
      return withDeadline(async () => {
        const payload = {
          onlyIfParked: true,
          ...(from === null ? {} : { from }),
          ...(reason === null ? {} : { reason }),
          ...(actor === null ? {} : { actor }),
        };
        const payloads =
          (await encodeToPayloads(client.options.loadedDataConverter, payload)) ?? [];
        try {
          // The client's own signal makes a new id for each request.
          await client.workflowService.signalWorkflowExecution({
            namespace: client.options.namespace,
            identity: client.options.identity,
            workflowExecution: { workflowId: callSid, runId },
            signalName: REPROCESS_SIGNAL,
            input: { payloads },
            requestId,
          });
          return true;
        } catch (error) {
          if (findGrpcError(error)?.code === status.NOT_FOUND) return false;
          throw error;
        }
      });
    },

    /**
     * Starts a run that redoes a step (by default, the analysis), unless one is open, or, for a call that
     * has failed, one has completed it meanwhile. Returns whether it started.
     */
    restartClosed(
      { callSid, recordgroup, recordid }: CallKey,
      { from, reason, actor }: Resumption,
      { hasFailed }: { readonly hasFailed: boolean },
    ): Promise<boolean> {
      return withDeadline(async () => {
        try {
          await client.workflow.start<CallProcessing>(WORKFLOW_TYPE, {
            workflowId: callSid,
            taskQueue,
            args: [
              {
                callSid,
                recordgroup,
                recordid,
                redoFrom: from ?? 'analyzeTranscript',
                ...(reason === null ? {} : { reason }),
                ...(actor === null ? {} : { actor }),
              },
            ],
            memo: { recordgroup, recordid },
            typedSearchAttributes: [
              { key: callStatusKey, value: 'PROCESSING' },
              ...(actor === null ? [] : [{ key: startedByKey, value: actor }]),
            ],
            workflowIdReusePolicy: hasFailed ? 'ALLOW_DUPLICATE_FAILED_ONLY' : 'ALLOW_DUPLICATE',
            workflowIdConflictPolicy: 'FAIL',
          });
          return true;
        } catch (error) {
          if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
          throw error;
        }
      });
    },
  };
}

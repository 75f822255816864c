import type { Client } from '@temporalio/client';

import { TEMPORAL_CODES } from '../../domain/error-codes/temporal.ts';
import { failing, OK, type Finding } from '../../domain/readiness.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { located } from '../shared/locate-failures.ts';
import { toReadError } from './errors.ts';
import { placeOf } from './place.ts';
import { createWorkerCensus } from './worker-census.ts';

// A question takes milliseconds. Whoever watches gives up after three seconds.
const DEADLINE_MS = 2_500;

// temporal.api.enums.v1.NamespaceState.NAMESPACE_STATE_REGISTERED
const REGISTERED = 1;

// A worker bundles its workflows before it polls, and Temporal hears of it some seconds later. Until then nothing is
// wrong; with the next question, a worker that does not begin shows within the ten seconds that a failure may take.
const STARTING_MS = 5_000;

/**
 * Creates the probes of Temporal: whether it has our namespace, and whether workers poll the task queue; or,
 * given the identity of a worker, whether that one does.
 */
export function createTemporalProbes(client: Client, taskQueue: string, identity?: string) {
  const { namespace } = client.options;
  const countWorkers = createWorkerCensus(client, taskQueue, identity);
  const createdAt = performance.now();

  async function ask(question: () => Promise<Finding>): Promise<Finding> {
    try {
      return await client.withDeadline(Date.now() + DEADLINE_MS, question);
    } catch (error) {
      const failure = located(toReadError(error), placeOf(client), TEMPORAL_CODES);
      if (failure instanceof ServiceError) return failing(failure);
      throw failure;
    }
  }

  return {
    temporal: () =>
      ask(async () => {
        const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace });
        if (namespaceInfo?.state === REGISTERED) return OK;
        const message = `The namespace ${namespace} is deprecated or deleted.`;
        return failing(new ServiceError('TEMPORAL_UNAVAILABLE', message));
      }),

    workers: () =>
      ask(async () => {
        if ((await countWorkers()) > 0) return OK;
        if (identity !== undefined && performance.now() - createdAt < STARTING_MS) {
          return { state: 'unknown', reason: 'This worker is only starting.' };
        }
        const who = identity === undefined ? 'No worker takes' : 'This worker does not take';
        const message = `${who} calls from the task queue ${taskQueue}.`;
        return failing(new ServiceError('TEMPORAL_NO_WORKER', message));
      }),
  };
}

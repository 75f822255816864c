import { randomUUID } from 'node:crypto';

import { status } from '@grpc/grpc-js';
import type { Client, Connection } from '@temporalio/client';

import { ServiceError } from '../../domain/service-error.ts';
import { findGrpcError, REFUSALS, toReadError } from './errors.ts';
import { findSearchAttributes, type SearchAttributesState } from './search-attributes.ts';

type TemporalQuestions = {
  /**
   * How long the namespace keeps closed runs, in days; `null` if it does not say. Throws
   * TEMPORAL_UNAVAILABLE if it does not exist, or is deprecated or deleted.
   */
  retentionDays(): Promise<number | null>;
  /** Throws TEMPORAL_SEARCH_ATTRIBUTES_MISSING. Registers nothing. */
  searchAttributes(): Promise<SearchAttributesState>;
  /** What these credentials may not do with runs. */
  forbidden(): Promise<readonly ('see runs' | 'signal runs')[]>;
};

// A question takes milliseconds; an address at which nobody listens is asked until then.
const DEADLINE_MS = 6_000;

const SECONDS_PER_DAY = 24 * 60 * 60;

// temporal.api.enums.v1.NamespaceState.NAMESPACE_STATE_REGISTERED
const REGISTERED = 1;

/**
 * Creates the questions that are asked of Temporal before the service is started. They change nothing.
 * They throw TEMPORAL_* codes.
 */
export function createTemporalQuestions(connection: Connection, client: Client): TemporalQuestions {
  const { namespace } = client.options;
  const { workflowService } = connection;

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await client.withDeadline(Date.now() + DEADLINE_MS, question);
    } catch (error) {
      throw toReadError(error);
    }
  }

  /** Whether the credentials may make a request, whatever else is answered. */
  async function may(request: () => Promise<unknown>): Promise<boolean> {
    return ask(async () => {
      try {
        await request();
        return true;
      } catch (error) {
        const code = findGrpcError(error)?.code;
        if (code === status.NOT_FOUND) return true;
        if (REFUSALS.includes(code)) return false;
        throw error;
      }
    });
  }

  return {
    retentionDays: () =>
      ask(async () => {
        const { namespaceInfo, config } = await workflowService
          .describeNamespace({ namespace })
          .catch((error: unknown) => {
            if (findGrpcError(error)?.code !== status.NOT_FOUND) throw error;
            const message = `Temporal has no namespace ${namespace}.`;
            throw new ServiceError('TEMPORAL_UNAVAILABLE', message);
          });
        if (namespaceInfo?.state !== REGISTERED) {
          const message = `The namespace ${namespace} is deprecated or deleted.`;
          throw new ServiceError('TEMPORAL_UNAVAILABLE', message);
        }
        const seconds = config?.workflowExecutionRetentionTtl?.seconds;
        return seconds == null ? null : Number(seconds) / SECONDS_PER_DAY;
      }),

    searchAttributes: () => ask(() => findSearchAttributes(connection, namespace)),

    async forbidden() {
      const maySee = await may(() =>
        workflowService.countWorkflowExecutions({ namespace, query: '' }),
      );
      // A run of this name has never been, so Temporal says that it is not found, or that we may not.
      const workflowExecution = { workflowId: `preflight-${randomUUID()}` };
      const maySignal = await may(() =>
        workflowService.signalWorkflowExecution({
          namespace,
          workflowExecution,
          signalName: 'preflight',
        }),
      );
      return [
        ...(maySee ? [] : (['see runs'] as const)),
        ...(maySignal ? [] : (['signal runs'] as const)),
      ];
    },
  };
}

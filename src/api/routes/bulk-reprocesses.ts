import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import type { BulkReprocess } from '../../generated/prisma/client.ts';
import type { BulkReprocessRuns } from '../../clients/temporal/bulk-reprocess-runs.ts';
import { BULK_OUTCOMES } from '../../domain/bulk-reprocess.ts';
import type { Prices } from '../../domain/call-cost.ts';
import { isRedoStep } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { BulkReprocessRepository } from '../../repositories/bulk-reprocess-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { StoredWorkRepository } from '../../repositories/stored-work-repository.ts';
import { callerOf } from '../access/caller.ts';
import { estimate } from '../bulk-estimate.ts';
import {
  bulkBody,
  bulkParams,
  bulkReply,
  dryRunReply,
  startedReply,
  type BulkFilter,
  type BulkReply,
} from '../bulk-schemas.ts';
import { noQuery } from '../closed-query.ts';
import { about, DATABASE_REFUSALS, TEMPORAL_REFUSALS } from '../document/about.ts';

export type BulkReprocessesDeps = {
  readonly database: Pick<Database, 'transaction' | 'currentTime'>;
  readonly bulkReprocesses: BulkReprocessRepository;
  readonly bulkRuns: BulkReprocessRuns;
  readonly storedWork: StoredWorkRepository;
  readonly prices: Prices;
};

// Their list is a reply of a megabyte. Who has more can do them month by month.
const MOST_CALLS = 10_000;

/** `/reprocesses`: many calls by a filter, at a rate; what they come to, and how to stop them. */
export const bulkReprocessesRoutes: FastifyPluginAsyncZod<BulkReprocessesDeps> = async (
  app,
  { database, bulkReprocesses, bulkRuns, storedWork, prices },
) => {
  app.post(
    '/reprocesses',
    {
      schema: {
        ...about({
          name: 'reprocessCalls',
          tag: 'reprocessing',
          summary: 'Reprocess many calls',
          does: 'Reprocesses all calls that fulfil a filter, 10,000 at most, at a rate: 202. Which calls are meant is decided once. A dry run begins nothing and tells which calls they are and what they would cost: 200.',
          refusals: [...DATABASE_REFUSALS, ...TEMPORAL_REFUSALS],
        }),
        querystring: noQuery,
        body: bulkBody,
        response: { 200: dryRunReply, 202: startedReply },
      },
    },
    async (request, reply) => {
      const { filter, from, reason, ratePerSecond, dryRun } = request.body;
      if (dryRun) {
        const calls = await bulkReprocesses.listMeant(toCallFilter(filter), MOST_CALLS);
        refuseTooMany(calls.length);
        const works = await storedWork.list(calls.map(({ id }) => id));
        return reply.status(200).send({
          count: calls.length,
          calls: calls.map(({ callSid }) => callSid),
          cost: estimate(works, from, prices),
        });
      }
      const { id, count } = await database.transaction(async (tx) => {
        const calls = await bulkReprocesses.listMeant(toCallFilter(filter), MOST_CALLS, tx);
        refuseTooMany(calls.length);
        const row = {
          filter,
          redoFrom: from ?? null,
          reason: reason ?? null,
          actor: callerOf(request),
          ratePerSecond,
        };
        const bulk = await bulkReprocesses.create(row, calls, tx);
        return { id: bulk.id, count: calls.length };
      });
      try {
        await bulkRuns.start(id);
      } catch (error) {
        // A run that was started all the same finds nothing to do.
        await database.transaction((tx) => bulkReprocesses.remove(id, tx));
        throw error;
      }
      return reply.status(202).send({ id, count, links: { self: `/reprocesses/${id}` } });
    },
  );

  app.get(
    '/reprocesses/:id',
    {
      schema: {
        ...about({
          name: 'readReprocess',
          tag: 'reprocessing',
          summary: 'What a reprocess of many calls has come to',
          does: 'Tells what each call of it has come to, and counts them.',
          refusals: ['NOT_FOUND', ...DATABASE_REFUSALS],
        }),
        params: bulkParams,
        querystring: noQuery,
        response: { 200: bulkReply },
      },
    },
    ({ params: { id } }) => read(id),
  );

  app.delete(
    '/reprocesses/:id',
    {
      schema: {
        ...about({
          name: 'stopReprocess',
          tag: 'reprocessing',
          summary: 'Stop a reprocess of many calls',
          does: 'Begins no more of its calls; those that run go on.',
          refusals: ['NOT_FOUND', ...DATABASE_REFUSALS],
        }),
        params: bulkParams,
        querystring: noQuery,
        response: { 200: bulkReply },
      },
    },
    async ({ params: { id } }) => {
      await database.transaction(async (tx) =>
        bulkReprocesses.stop(id, await database.currentTime(tx), tx),
      );
      return read(id);
    },
  );

  async function read(id: string): Promise<BulkReply> {
    const bulk = await bulkReprocesses.find(id);
    if (bulk === null) {
      throw new ServiceError('NOT_FOUND', `There is no reprocess of many calls ${id}.`);
    }
    return toBulkReply(bulk, await bulkReprocesses.listCalls(id));
  }
};

function toCallFilter({ from, to, ...filter }: BulkFilter) {
  return {
    ...filter,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
}

function refuseTooMany(count: number): void {
  if (count <= MOST_CALLS) return;
  throw new ServiceError(
    'INVALID_INPUT',
    `The filter means more than ${MOST_CALLS} calls. Narrow it, for instance with from and to.`,
  );
}

function toBulkReply(
  bulk: BulkReprocess,
  rows: Awaited<ReturnType<BulkReprocessRepository['listCalls']>>,
): BulkReply {
  const calls = rows.map(({ call, state, code }) => ({
    callSid: call.callSid,
    outcome: BULK_OUTCOMES[state],
    code,
  }));
  const counts = { toDo: 0, done: 0, failedAgain: 0, mended: 0, stopped: 0 };
  for (const { outcome } of calls) counts[outcome] += 1;
  const { id, filter, redoFrom, reason, actor, ratePerSecond, createdAt, stoppedAt } = bulk;
  return {
    id,
    filter,
    from: isRedoStep(redoFrom) ? redoFrom : null,
    reason,
    actor,
    ratePerSecond,
    createdAt: createdAt.toISOString(),
    stoppedAt: stoppedAt?.toISOString() ?? null,
    count: calls.length,
    counts,
    calls,
  };
}

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import type { Prices } from '../../domain/call-cost.ts';
import type { CallFilter } from '../../domain/call-filter.ts';
import type { ListingRepository } from '../../repositories/listing/listing-repository.ts';
import { readCursor } from '../listing/cursor.ts';
import {
  callsQuery,
  companyCallsQuery,
  companyParams,
  noQuery,
  statisticsQuery,
} from '../listing/query.ts';
import { callsReply, failuresReply, type CallsReply } from '../listing/replies.ts';
import { statisticsReply, toRange, toStatisticsReply } from '../listing/statistics.ts';
import { toCallsReply, toFailuresReply } from '../listing/views.ts';

export type ListCallsDeps = { readonly listings: ListingRepository; readonly prices: Prices };

type PageQuery = CallFilter & { readonly limit: number; readonly cursor?: string | undefined };

/** Lists of calls, as their rows tell: newest first, by filter, by company, by failure. */
export const listCallRoutes: FastifyPluginAsyncZod<ListCallsDeps> = async (app, deps) => {
  const { listings, prices } = deps;

  async function list({ limit, cursor, ...filter }: PageQuery): Promise<CallsReply> {
    const after = cursor === undefined ? null : readCursor(cursor, filter);
    return toCallsReply(await listings.list(filter, { limit, after }), filter);
  }

  app.get(
    '/calls',
    {
      schema: {
        summary: 'Calls by filter, newest first',
        querystring: callsQuery,
        response: { 200: callsReply },
      },
    },
    ({ query }) => list(query),
  );

  app.get(
    '/companies/:connectwiseId/calls',
    {
      schema: {
        summary: 'The calls of a company, newest first',
        params: companyParams,
        querystring: companyCallsQuery,
        response: { 200: callsReply },
      },
    },
    ({ params, query }) => list({ ...query, company: params.connectwiseId }),
  );

  app.get(
    '/statistics',
    {
      schema: {
        summary: 'How many calls there were, how long they took and what they cost',
        querystring: statisticsQuery,
        response: { 200: statisticsReply },
      },
    },
    async ({ query }) => {
      const range = toRange(query);
      return toStatisticsReply(await listings.listStatistics(range), range, prices);
    },
  );

  app.get(
    '/failures',
    {
      schema: {
        summary: 'Failed calls by step and code, and what to do about each',
        querystring: noQuery,
        response: { 200: failuresReply },
      },
    },
    async () => toFailuresReply(await listings.listFailures()),
  );
};

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import type { Prices } from '../../domain/call-cost.ts';
import type { CallFilter } from '../../domain/call-filter.ts';
import type { ListingRepository } from '../../repositories/listing/listing-repository.ts';
import { noQuery } from '../closed-query.ts';
import { readCursor } from '../listing/cursor.ts';
import { callsQuery, companyCallsQuery, companyParams, statisticsQuery } from '../listing/query.ts';
import { callsReply, failuresReply, type CallsReply } from '../listing/replies.ts';
import { statisticsReply, toRange, toStatisticsReply } from '../listing/statistics.ts';
import { toCallsReply, toFailuresReply } from '../listing/views.ts';
import { about, DATABASE_REFUSALS } from '../document/about.ts';

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
        ...about({
          name: 'listCalls',
          tag: 'lists',
          summary: 'Calls by filter, newest first',
          does: 'Lists the calls that fulfil every parameter that is given, newest first, a page at a time. `q` searches for words, and marks where they were found.',
          refusals: [...DATABASE_REFUSALS],
        }),
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
        ...about({
          name: 'listCompanyCalls',
          tag: 'lists',
          summary: 'The calls of a company, newest first',
          does: 'Lists the calls of one company as `GET /calls` lists all.',
          refusals: [...DATABASE_REFUSALS],
        }),
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
        ...about({
          name: 'readStatistics',
          tag: 'lists',
          summary: 'How many calls there were, how long they took and what they cost',
          does: 'Counts the calls that began in a range, by default of the last 30 days, and at most of 366: all of them, and in groups.',
          refusals: [...DATABASE_REFUSALS],
        }),
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
        ...about({
          name: 'listFailures',
          tag: 'lists',
          summary: 'Failed calls by step and code, and what to do about each',
          does: 'Groups the calls that are FAILED just now by the step and the code of their failure, the most frequent first, each with what it means and what to do.',
          refusals: [...DATABASE_REFUSALS],
        }),
        querystring: noQuery,
        response: { 200: failuresReply },
      },
    },
    async () => toFailuresReply(await listings.listFailures()),
  );
};

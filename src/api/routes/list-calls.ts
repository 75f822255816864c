import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import type { CallFilter } from '../../domain/call-filter.ts';
import type { ListingRepository } from '../../repositories/listing/listing-repository.ts';
import { readCursor } from '../listing/cursor.ts';
import { callsQuery, companyCallsQuery, companyParams, noQuery } from '../listing/query.ts';
import { callsReply, failuresReply, type CallsReply } from '../listing/replies.ts';
import { toCallsReply, toFailuresReply } from '../listing/views.ts';

export type ListCallsDeps = { readonly listings: ListingRepository };

type PageQuery = CallFilter & { readonly limit: number; readonly cursor?: string | undefined };

/** Lists of calls, as their rows tell: newest first, by filter, by company, by failure. */
export const listCallRoutes: FastifyPluginAsyncZod<ListCallsDeps> = async (app, { listings }) => {
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

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import type { CallRuns } from '../../clients/temporal/call-runs.ts';
import { toCallCost, type Prices } from '../../domain/call-cost.ts';
import { toReceipt, type StepUsage } from '../../domain/reprocess-receipt.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { StoredWorkRepository } from '../../repositories/stored-work-repository.ts';
import { planReprocess } from '../reprocess-plan.ts';
import { receiptQuery, receiptReply } from '../reprocess-schemas.ts';
import { callParams } from '../schemas.ts';
import { whyUnknown } from '../unknown-call.ts';
import { about, DATABASE_REFUSALS, TEMPORAL_REFUSALS } from '../document/about.ts';

export type ReprocessReceiptDeps = {
  readonly calls: Pick<CallRepository, 'findByCallSid'>;
  readonly storedWork: StoredWorkRepository;
  readonly runs: CallRuns;
  readonly prices: Prices;
};

/** `GET /calls/:callSid/reprocess`: what a reprocess would do and pay again; changes nothing. */
export const reprocessReceiptRoute: FastifyPluginAsyncZod<ReprocessReceiptDeps> = async (
  app,
  { calls, storedWork, runs, prices },
) => {
  const costOf = (usage: StepUsage | null) =>
    usage && toCallCost({ ...usage, estimated: false }, prices);
  app.get(
    '/calls/:callSid/reprocess',
    {
      schema: {
        ...about({
          name: 'readReceipt',
          tag: 'reprocessing',
          summary: 'What a reprocess would do and pay again',
          does: 'Tells step by step what `POST` to the same address would do again and pay again, and changes nothing. Needs a worker while a run of the call is open.',
          refusals: [
            'NOT_FOUND',
            'CALL_NOT_OPENED',
            'CALL_IN_PROGRESS',
            ...DATABASE_REFUSALS,
            ...TEMPORAL_REFUSALS,
          ],
        }),
        params: callParams,
        querystring: receiptQuery,
        response: { 200: receiptReply },
      },
    },
    async ({ params: { callSid }, query }) => {
      const call = await calls.findByCallSid(callSid);
      const [stored] = call === null ? [] : await storedWork.list([call.id]);
      if (stored === undefined) throw await whyUnknown(callSid, runs);
      const { from, plan } = await planReprocess(stored, query.from, runs);
      const steps = toReceipt(stored.work, plan).map((line) => ({
        ...line,
        lastPaid: costOf(line.lastPaid),
        kept: costOf(line.kept),
      }));
      return { from, steps };
    },
  );
};

import type { Call } from '../../generated/prisma/client.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { PaidReprocessRepository } from '../../repositories/paid-reprocess-repository.ts';
import type { RedoStep } from '../../domain/names.ts';
import { mayPay, PAID_REPROCESSES_WINDOW_MS } from '../../domain/paid-reprocess.ts';
import { limitReached } from './limits.ts';

export type PaidReprocesses = ReturnType<typeof createPaidReprocesses>;

export type PaidReprocessDeps = {
  readonly database: Pick<Database, 'transaction' | 'currentTime'>;
  readonly calls: Pick<CallRepository, 'lock'>;
  readonly paidReprocesses: PaidReprocessRepository;
};

/** Creates the limit on reprocesses that may pay again, per call and within 24 hours. */
export function createPaidReprocesses(deps: PaidReprocessDeps, perDay: number) {
  const { database, calls, paidReprocesses } = deps;
  return {
    /**
     * Admits a reprocess of a call. Throws LIMIT_REACHED when it is one too many, and Prisma's
     * errors. Returns a function that undoes the admission when the run could not be signalled.
     */
    async admit(
      call: Pick<Call, 'id' | 'callStatus' | 'failedStep'>,
      { from, actor }: { readonly from: RedoStep | undefined; readonly actor: string | null },
    ): Promise<() => Promise<void>> {
      if (perDay === 0 || !mayPay(call, from ?? null)) return async () => undefined;
      const id = await database.transaction(async (tx) => {
        // Of two requests at once, the second sees the row of the first.
        await calls.lock(call.id, tx);
        const now = (await database.currentTime(tx)).getTime();
        const last = await paidReprocesses.listSince(
          call.id,
          new Date(now - PAID_REPROCESSES_WINDOW_MS),
          tx,
        );
        const oldest = last[0];
        if (oldest !== undefined && last.length >= perDay) {
          throw limitReached('PAID_REPROCESSES_PER_CALL_AND_DAY', {
            limit: perDay,
            what: 'reprocesses of one call within 24 hours that may pay again',
            retryAfterMs: oldest.createdAt.getTime() + PAID_REPROCESSES_WINDOW_MS - now,
          });
        }
        return (await paidReprocesses.create({ callId: call.id, actor }, tx)).id;
      });
      return () => paidReprocesses.remove(id);
    },
  };
}

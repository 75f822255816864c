import type { BulkReprocess, Call } from '../../generated/prisma/client.ts';
import type { CallResumption } from '../../clients/temporal/call-resumption.ts';
import type { CallRuns } from '../../clients/temporal/call-runs.ts';
import type { BulkCallState, BulkReprocessInput } from '../../domain/bulk-reprocess.ts';
import { isRedoStep, type RedoStep } from '../../domain/names.ts';
import { mayPay, PAID_REPROCESSES_WINDOW_MS } from '../../domain/paid-reprocess.ts';
import type {
  BulkCall,
  BulkReprocessRepository,
} from '../../repositories/bulk-reprocess-repository.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database, TransactionClient } from '../../repositories/database.ts';
import type { PaidReprocessRepository } from '../../repositories/paid-reprocess-repository.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';

export type BulkReprocessDeps = {
  readonly database: Database;
  readonly calls: Pick<CallRepository, 'lock' | 'findByCallSid'>;
  readonly log: Pick<ProcessingLogRepository, 'wasBegunSince'>;
  readonly bulkReprocesses: BulkReprocessRepository;
  readonly runs: Pick<CallRuns, 'find'>;
  readonly resumption: CallResumption;
  readonly paidReprocesses: PaidReprocessRepository;
  /** Reprocesses per call and day that may pay again; 0 = without a limit. */
  readonly paidReprocessesPerDay: number;
};

export type TellNextCallResult = {
  /** Whether a call was told to begin, so that the rate counts it. */
  readonly wasTold: boolean;
  /** Whether there are more calls to tell. */
  readonly isMore: boolean;
  /** How long the rate wants between two calls, in milliseconds. */
  readonly intervalMs: number;
};

// Somebody who tells a call to begin is heard within a minute, or dead: the attempt that tells it has
// twenty seconds and is repeated, and the run notes within a minute that it was told.
export const CLAIM_LASTS_MS = 10 * 60 * 1000;

/** What to do about a call whose turn it is. */
type Verdict =
  | { readonly tell: false; readonly state: BulkCallState; readonly code?: string | null }
  | {
      readonly tell: true;
      readonly isFirstAttempt: boolean;
      /** What counts towards the limit of paid reprocesses; `null` if it pays for nothing. */
      readonly paidId: string | null;
    };

/**
 * Tells the next call of a bulk reprocess to begin, unless somebody else has. It is claimed on its row
 * before Temporal is asked, so that of two bulk reprocesses only one tells it; what Temporal is asked
 * has no effect a second time, so that an attempt may be lost at any point.
 */
export function createTellNextCall(deps: BulkReprocessDeps) {
  const { database, bulkReprocesses, runs, resumption } = deps;
  const { paidReprocesses, paidReprocessesPerDay } = deps;
  return async ({ id }: BulkReprocessInput): Promise<TellNextCallResult> => {
    const bulk = await bulkReprocesses.find(id);
    const item = bulk === null ? null : await bulkReprocesses.findNext(id);
    if (bulk === null || item === null) return { wasTold: false, isMore: false, intervalMs: 0 };

    const verdict = await database.transaction((tx) => claim(item, bulk, tx));
    if (verdict.tell) await tell({ ...item, state: 'CLAIMED' }, verdict, bulk);
    return {
      wasTold: verdict.tell,
      isMore: (await bulkReprocesses.countPending(id)) > 0,
      intervalMs: Math.ceil(1000 / bulk.ratePerSecond),
    };
  };

  /** Decides about a call under the lock of its row, and writes what was decided. */
  async function claim(
    item: BulkCall,
    bulk: BulkReprocess,
    tx: TransactionClient,
  ): Promise<Verdict> {
    const listedAt = bulk.createdAt;
    const call = await deps.calls.lock(item.callId, tx);
    const now = await database.currentTime(tx);
    const verdict = await judge(item, { call, listedAt, now }, tx);
    if (!verdict.tell) {
      const { state, code = null } = verdict;
      await bulkReprocesses.move(item, { state, code }, tx);
      return verdict;
    }
    if (!verdict.isFirstAttempt) return verdict;
    const pays = paidReprocessesPerDay > 0 && mayPay(call, stepOf(bulk));
    if (pays && (await isPaidUp(call, now, tx))) {
      await bulkReprocesses.move(item, { state: 'FAILED_AGAIN', code: 'LIMIT_REACHED' }, tx);
      return { tell: false, state: 'FAILED_AGAIN', code: 'LIMIT_REACHED' };
    }
    const isClaimed = await bulkReprocesses.move(item, { state: 'CLAIMED', claimedAt: now }, tx);
    // Somebody has stopped the bulk reprocess meanwhile.
    if (!isClaimed) return { tell: false, state: 'STOPPED' };
    if (!pays) return verdict;
    const paid = await paidReprocesses.create({ callId: call.id, actor: bulk.actor }, tx);
    return { ...verdict, paidId: paid.id };
  }

  /** Whether a call has been reprocessed as often today as may be paid for, by whomever. */
  async function isPaidUp({ id }: Call, now: Date, tx: TransactionClient): Promise<boolean> {
    const since = new Date(now.getTime() - PAID_REPROCESSES_WINDOW_MS);
    return (await paidReprocesses.listSince(id, since, tx)).length >= paidReprocessesPerDay;
  }

  async function judge(
    item: BulkCall,
    { call, listedAt, now }: { readonly call: Call; readonly listedAt: Date; readonly now: Date },
    tx: TransactionClient,
  ): Promise<Verdict> {
    if (item.state === 'CLAIMED') {
      // An attempt was lost after it had claimed the call, and perhaps after it had told it.
      const wasHeard = await deps.log.wasBegunSince(call.id, item.claimedAt ?? listedAt, tx);
      return wasHeard || call.callStatus === 'PROCESSING'
        ? { tell: false, state: 'REQUESTED' }
        : { tell: true, isFirstAttempt: false, paidId: null };
    }
    if (call.callStatus === 'PROCESSING') return { tell: false, state: 'AWAITED' };
    const wasBegun = await deps.log.wasBegunSince(call.id, listedAt, tx);
    if (call.callStatus === 'COMPLETED' && (item.wasStatus === 'FAILED' || wasBegun)) {
      return { tell: false, state: 'MENDED' };
    }
    if (call.callStatus === 'FAILED' && wasBegun) {
      return { tell: false, state: 'FAILED_AGAIN', code: call.failureCode };
    }
    const claimedSince = new Date(now.getTime() - CLAIM_LASTS_MS);
    const isElsewhere = await bulkReprocesses.isClaimedElsewhere(item, claimedSince, tx);
    return isElsewhere
      ? { tell: false, state: 'AWAITED' }
      : { tell: true, isFirstAttempt: true, paidId: null };
  }

  async function tell(
    item: BulkCall,
    { isFirstAttempt, paidId }: Extract<Verdict, { readonly tell: true }>,
    bulk: BulkReprocess,
  ): Promise<void> {
    const { call } = item;
    const request = {
      from: stepOf(bulk),
      reason: bulk.reason,
      actor: bulk.actor,
    };
    const run = await runs.find(call.callSid);
    const isTaken =
      run?.isOpen === true
        ? await resumption.resumeParked(
            { callSid: call.callSid, runId: run.runId },
            request,
            item.id,
          )
        : await resumption.restartClosed(call, request, { hasFailed: item.wasStatus === 'FAILED' });
    // If it was not this attempt that told it, and not one before, it was somebody else.
    const state = isTaken || !isFirstAttempt ? 'REQUESTED' : 'AWAITED';
    await bulkReprocesses.move(item, { state });
    if (state === 'AWAITED' && paidId !== null) await paidReprocesses.remove(paidId);
  }
}

function stepOf({ redoFrom }: BulkReprocess): RedoStep | null {
  return isRedoStep(redoFrom) ? redoFrom : null;
}

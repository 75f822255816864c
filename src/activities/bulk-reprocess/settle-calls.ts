import type { BulkCallState, BulkReprocessInput } from '../../domain/bulk-reprocess.ts';
import type { BulkCall } from '../../repositories/bulk-reprocess-repository.ts';
import { CLAIM_LASTS_MS, type BulkReprocessDeps } from './tell-next-call.ts';

export type SettleCallsResult = {
  /** Calls that have been told, or are awaited, and have not ended. */
  readonly open: number;
  /** Calls that still have to be told. */
  readonly pending: number;
};

type Ended = { readonly state: BulkCallState; readonly code?: string | null };

// A run notes within a minute that it was told, or not at all; only Temporal knows of those that did not.
const ASK_TEMPORAL_AFTER_MS = 2 * 60 * 1000;

// At one question in ten milliseconds they take half a second, and no burst meets the server.
const QUESTIONS_AT_ONCE = 50;

/** Puts every call that has ended since into one of the counts. May run twice. */
export function createSettleCalls(deps: BulkReprocessDeps) {
  const { database, calls, log, runs, bulkReprocesses } = deps;
  return async ({ id }: BulkReprocessInput): Promise<SettleCallsResult> => {
    const bulk = await bulkReprocesses.find(id);
    if (bulk === null) return { open: 0, pending: 0 };
    const now = await database.currentTime();
    const isStopped = bulk.stoppedAt !== null;
    const items = await bulkReprocesses.listUnsettled(id);
    let open = 0;
    let questions = 0;
    for (const item of items) {
      const isSilent = now.getTime() - item.updatedAt.getTime() > ASK_TEMPORAL_AFTER_MS;
      const mayAsk = isSilent && questions < QUESTIONS_AT_ONCE;
      const ended =
        (await endByRow(item, { listedAt: bulk.createdAt, now, isStopped })) ??
        (mayAsk ? await endByRun(item, isStopped) : null);
      if (mayAsk) questions += 1;
      // Also a call that has not ended is written, so that the next question is about another one.
      if (ended !== null || mayAsk)
        await bulkReprocesses.move(item, ended ?? { state: item.state });
      if (ended === null) open += 1;
    }
    return { open, pending: await bulkReprocesses.countPending(id) };
  };

  /** How a call has ended as far as its row and its log tell; `null` if they do not. */
  async function endByRow(
    item: BulkCall,
    { listedAt, now, isStopped }: { listedAt: Date; now: Date; isStopped: boolean },
  ): Promise<Ended | null> {
    const { state } = item;
    if (item.call.callStatus === 'PROCESSING') return null;
    const since = state === 'REQUESTED' ? (item.claimedAt ?? listedAt) : listedAt;
    const wasBegun = await log.wasBegunSince(item.callId, since);
    // Only after its log: a row from before could tell how the call ended the time before.
    const call = await calls.findByCallSid(item.call.callSid);
    if (call === null || call.callStatus === 'PROCESSING') return null;
    if (call.callStatus === 'COMPLETED' && (item.wasStatus === 'FAILED' || wasBegun)) {
      return { state: state === 'REQUESTED' ? 'DONE' : 'MENDED' };
    }
    if (wasBegun) return { state: 'FAILED_AGAIN', code: call.failureCode };
    if (state === 'REQUESTED') return null;
    // The one who was to tell it has not, so it is this one's turn again.
    const claimedSince = new Date(now.getTime() - CLAIM_LASTS_MS);
    if (await bulkReprocesses.isClaimedElsewhere(item, claimedSince)) return null;
    return { state: isStopped ? 'STOPPED' : 'TO_DO' };
  }

  /** How a call has ended that does not say so itself: its run is closed or parked. */
  async function endByRun(
    { call: { callSid } }: BulkCall,
    isStopped: boolean,
  ): Promise<Ended | null> {
    const run = await runs.find(callSid);
    if (run?.isOpen === true && run.status !== 'FAILED') return null;
    // A run writes how it ends before it closes.
    const call = await calls.findByCallSid(callSid);
    // A run that was about to close did not hear that it was to begin again.
    if (call?.callStatus === 'COMPLETED') return { state: isStopped ? 'STOPPED' : 'TO_DO' };
    return { state: 'FAILED_AGAIN', code: call?.failureCode ?? 'RUN_CLOSED' };
  }
}

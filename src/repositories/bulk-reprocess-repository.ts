import type {
  BulkReprocess,
  BulkReprocessCall,
  Call,
  Prisma,
  PrismaClient,
} from '../generated/prisma/client.ts';
import type { BulkCallState } from '../domain/bulk-reprocess.ts';
import type { CallFilter } from '../domain/call-filter.ts';
import { toCallWhere } from './call-filter.ts';
import type { TransactionClient } from './database.ts';

/** A call of a bulk reprocess together with the call itself. */
export type BulkCall = BulkReprocessCall & { readonly call: Call };

const UNSETTLED: BulkCallState[] = ['REQUESTED', 'AWAITED'];
const PENDING: BulkCallState[] = ['CLAIMED', 'TO_DO'];

// A gateway that lives starts the run of a list within five seconds, or takes the list back.
const LEFT_AFTER_MS = 15_000;

// What somebody terminated must not begin again when Temporal has forgotten its run.
const LEFT_FOR_MS = 24 * 60 * 60 * 1_000;

// More than anybody asks for in a day; the others follow when these have ended.
const LEFT_AT_ONCE = 100;

// PostgreSQL takes 65,535 parameters in a statement; a row has ten.
const ROWS_AT_ONCE = 1_000;

export type BulkReprocessRepository = ReturnType<typeof createBulkReprocessRepository>;

/** The reprocesses of many calls, each with the list of its calls. */
export function createBulkReprocessRepository(prisma: PrismaClient) {
  return {
    /** The calls that a filter means now, in the order in which they began: one more than `most` at the most. */
    listMeant(
      filter: CallFilter,
      most: number,
      tx: TransactionClient = prisma,
    ): Promise<Pick<Call, 'id' | 'callSid' | 'callStatus' | 'runId'>[]> {
      return tx.call.findMany({
        where: toCallWhere(filter),
        orderBy: [{ startTime: 'asc' }, { id: 'asc' }],
        select: { id: true, callSid: true, callStatus: true, runId: true },
        take: most + 1,
      });
    },

    /** Adds a bulk reprocess of these calls. Needs a transaction. */
    async create(
      data: Prisma.BulkReprocessCreateInput,
      calls: readonly Pick<Call, 'id' | 'callStatus' | 'runId'>[],
      tx: TransactionClient,
    ): Promise<BulkReprocess> {
      const bulk = await tx.bulkReprocess.create({ data });
      const rows = calls.map(({ id, callStatus, runId }, position) => ({
        bulkId: bulk.id,
        callId: id,
        position,
        wasStatus: callStatus,
        wasRunId: runId,
      }));
      for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
        await tx.bulkReprocessCall.createMany({ data: rows.slice(start, start + ROWS_AT_ONCE) });
      }
      return bulk;
    },

    /** Removes one that could not be started. Needs a transaction. */
    async remove(id: string, tx: TransactionClient): Promise<void> {
      await tx.bulkReprocessCall.deleteMany({ where: { bulkId: id } });
      await tx.bulkReprocess.deleteMany({ where: { id } });
    },

    /** Those of the last day that have calls to do, and whose run may never have been started. */
    listLeft(now: Date, tx: TransactionClient = prisma): Promise<Pick<BulkReprocess, 'id'>[]> {
      return tx.bulkReprocess.findMany({
        where: {
          createdAt: {
            gt: new Date(now.getTime() - LEFT_FOR_MS),
            lt: new Date(now.getTime() - LEFT_AFTER_MS),
          },
          calls: { some: { state: 'TO_DO' } },
        },
        orderBy: { createdAt: 'asc' },
        select: { id: true },
        take: LEFT_AT_ONCE,
      });
    },

    /** The bulk reprocess with this id; `null` when there is none. */
    find(id: string, tx: TransactionClient = prisma): Promise<BulkReprocess | null> {
      return tx.bulkReprocess.findUnique({ where: { id } });
    },

    /** Its calls, in their order. */
    listCalls(
      bulkId: string,
      tx: TransactionClient = prisma,
    ): Promise<(BulkReprocessCall & { readonly call: Pick<Call, 'callSid'> })[]> {
      return tx.bulkReprocessCall.findMany({
        where: { bulkId },
        orderBy: { position: 'asc' },
        include: { call: { select: { callSid: true } } },
      });
    },

    /** Stops it: calls whose turn has not come are left alone. Needs a transaction. */
    async stop(id: string, stoppedAt: Date, tx: TransactionClient): Promise<void> {
      await tx.bulkReprocess.updateMany({ where: { id, stoppedAt: null }, data: { stoppedAt } });
      await tx.bulkReprocessCall.updateMany({
        where: { bulkId: id, state: 'TO_DO' },
        data: { state: 'STOPPED' },
      });
    },

    /** The call whose turn it is: one that an attempt left half-way, or the next one; `null` when there is none. */
    findNext(bulkId: string, tx: TransactionClient = prisma): Promise<BulkCall | null> {
      return tx.bulkReprocessCall.findFirst({
        where: { bulkId, state: { in: PENDING } },
        // In the order of the enum, TO_DO comes before CLAIMED.
        orderBy: [{ state: 'desc' }, { position: 'asc' }],
        include: { call: true },
      });
    },

    /** How many calls still have to be told. */
    countPending(bulkId: string, tx: TransactionClient = prisma): Promise<number> {
      return tx.bulkReprocessCall.count({ where: { bulkId, state: { in: PENDING } } });
    },

    /** The calls that have been told, or are awaited, and have not ended; those looked at last come last. */
    listUnsettled(bulkId: string, tx: TransactionClient = prisma): Promise<BulkCall[]> {
      return tx.bulkReprocessCall.findMany({
        where: { bulkId, state: { in: UNSETTLED } },
        orderBy: { updatedAt: 'asc' },
        include: { call: true },
      });
    },

    /** Whether another bulk reprocess has told this call to begin since a moment, and it has not ended. */
    async isClaimedElsewhere(
      { callId, bulkId }: Pick<BulkReprocessCall, 'callId' | 'bulkId'>,
      since: Date,
      tx: TransactionClient = prisma,
    ): Promise<boolean> {
      const state: Prisma.EnumBulkCallStateFilter = { in: ['CLAIMED', 'REQUESTED'] };
      const found = await tx.bulkReprocessCall.findFirst({
        where: { callId, state, bulkId: { not: bulkId }, claimedAt: { gte: since } },
        select: { id: true },
      });
      return found !== null;
    },

    /** Moves a call on, unless it is no longer in the state it was read in. Returns whether it was. */
    async move(
      { id, state }: Pick<BulkReprocessCall, 'id' | 'state'>,
      to: Partial<Pick<BulkReprocessCall, 'code' | 'claimedAt'>> & {
        readonly state: BulkCallState;
      },
      tx: TransactionClient = prisma,
    ): Promise<boolean> {
      const { count } = await tx.bulkReprocessCall.updateMany({ where: { id, state }, data: to });
      return count === 1;
    },
  };
}

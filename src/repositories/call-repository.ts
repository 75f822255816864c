import { Prisma, type Call, type PrismaClient } from '../generated/prisma/client.ts';
import { NOTHING_WAITS } from '../domain/waiting.ts';
import type { TransactionClient } from './database.ts';

/** A call with the details that the gateway shows. */
export type CallWithDetails = Prisma.CallGetPayload<{ include: typeof DETAILS }>;

const DETAILS = { company: true, currentAnalysis: true } as const satisfies Prisma.CallInclude;

// By name, because a newer version of the code may have added some.
const COLUMNS = Prisma.raw(
  Object.values(Prisma.CallScalarFieldEnum)
    .map((column) => `"${column}"`)
    .join(', '),
);

/** What a change of status writes; `transition` is its place in the order of changes. */
export type StatusChange = Prisma.CallUncheckedUpdateManyInput & { readonly transition: bigint };

/** Whose first submission it is. */
type FirstSubmission = {
  readonly call: Pick<Call, 'id' | 'runId'>;
  readonly attempt: { readonly runId: string; readonly activityId: string };
};

/** The step that waits for its next attempt, as the columns of a call have it. */
export type WaitingColumns = Pick<
  Call,
  | 'waitingStep'
  | 'waitingAttempt'
  | 'waitingCode'
  | 'waitingMessage'
  | 'waitingSince'
  | 'waitingNextAt'
>;

export type CallRepository = ReturnType<typeof createCallRepository>;

/** The calls. Every method takes part in a transaction when it is given one. */
export function createCallRepository(prisma: PrismaClient) {
  return {
    /** The call with this callSid; `null` when there is none. */
    findByCallSid(callSid: string, tx: TransactionClient = prisma): Promise<Call | null> {
      return tx.call.findUnique({ where: { callSid } });
    },

    /** The call with its company and its current analysis; `null` when there is none. */
    findWithDetails(
      callSid: string,
      tx: TransactionClient = prisma,
    ): Promise<CallWithDetails | null> {
      return tx.call.findUnique({ where: { callSid }, include: DETAILS });
    },

    /** Adds a call. Rejects with Prisma's P2002 when the callSid is taken. */
    create(data: Prisma.CallUncheckedCreateInput, tx: TransactionClient = prisma): Promise<Call> {
      return tx.call.create({ data });
    },

    /**
     * The call with this callSid, added with `data` if there was none. Safe among many callers.
     * Insert-or-ignore and read, because Prisma turns an upsert with an empty update into
     * find-then-create, which loses races.
     */
    async findOrCreate(
      data: Prisma.CallCreateManyInput,
      tx: TransactionClient = prisma,
    ): Promise<Call> {
      await tx.call.createMany({ data: [data], skipDuplicates: true });
      return tx.call.findUniqueOrThrow({ where: { callSid: data.callSid } });
    },

    /** Changes a call by id. Rejects with Prisma's P2025 when there is none. */
    update(
      id: string,
      data: Prisma.CallUncheckedUpdateInput,
      tx: TransactionClient = prisma,
    ): Promise<Call> {
      return tx.call.update({ where: { id }, data });
    },

    /**
     * The current call, locked until the transaction ends, so that nobody changes it between this
     * read and what the transaction writes. Rejects with Prisma's P2025 when there is none.
     */
    async lock(id: string, tx: TransactionClient): Promise<Call> {
      // Prisma cannot lock. A row that was waited for is returned as its last writer left it.
      const [call] = await tx.$queryRaw<Call[]>`SELECT ${COLUMNS} FROM "Call"
        WHERE id = ${id}::uuid FOR UPDATE`;
      // Prisma's own error for it.
      return call ?? tx.call.findUniqueOrThrow({ where: { id } });
    },

    /**
     * Writes a step's first submission to the call, if that names neither a submission nor an operation, no
     * attempt of the step has submitted anything, and no other run has opened it. Returns whether it was
     * written. The condition makes one statement out of locking, reading, counting and changing.
     */
    async submitFirst(
      { call, attempt }: FirstSubmission,
      columns: Prisma.CallUncheckedUpdateManyInput,
      tx: TransactionClient = prisma,
    ): Promise<boolean> {
      const { runId, activityId } = attempt;
      const { count } = await tx.call.updateMany({
        where: {
          id: call.id,
          runId: call.runId,
          speechSubmissionId: null,
          speechOperation: null,
          speechOperations: { none: { runId, activityId } },
        },
        data: columns,
      });
      return count > 0;
    },

    /**
     * Changes a call's status, and with it which analysis counts, unless a later change has already been written. The same change is
     * written once: of two attempts of one activity, the first counts. Returns whether the change is
     * the one on the row.
     */
    async changeStatus(
      id: string,
      change: StatusChange,
      tx: TransactionClient = prisma,
    ): Promise<boolean> {
      const { transition } = change;
      const { count } = await tx.call.updateMany({
        where: { id, transition: { lt: transition } },
        data: change,
      });
      if (count > 0) return true;
      const call = await tx.call.findUnique({ where: { id } });
      return call?.transition === transition;
    },

    /**
     * Marks a call PROCESSING again, unless it is COMPLETED or a later change has been written. This
     * counts as a change: one that was scheduled before it is refused after it.
     */
    async resume(id: string, transition: bigint, tx: TransactionClient = prisma): Promise<void> {
      await tx.call.updateMany({
        where: { id, transition: { lt: transition }, callStatus: { not: 'COMPLETED' } },
        data: {
          callStatus: 'PROCESSING',
          failedStep: null,
          failureCode: null,
          failureMessage: null,
          failedAt: null,
          transition,
        },
      });
    },

    /** Notes that a step waits for its next attempt, unless the call is COMPLETED or another run has opened it. */
    async noteWaiting(
      { id, runId }: Pick<Call, 'id' | 'runId'>,
      waiting: WaitingColumns,
      tx: TransactionClient = prisma,
    ): Promise<void> {
      await tx.call.updateMany({
        where: { id, runId, callStatus: { not: 'COMPLETED' } },
        data: waiting,
      });
    },

    /** Notes how long a step waits for a place, under the same conditions. */
    async notePlace(
      { id, runId }: Pick<Call, 'id' | 'runId'>,
      placeNote: Prisma.InputJsonValue,
      tx: TransactionClient = prisma,
    ): Promise<void> {
      await tx.call.updateMany({
        where: { id, runId, callStatus: { not: 'COMPLETED' } },
        data: { placeNote },
      });
    },

    /** Notes that this step no longer waits. What is noted about another step stays. */
    async endWaiting(
      callSid: string,
      waitingStep: string,
      tx: TransactionClient = prisma,
    ): Promise<void> {
      await tx.call.updateMany({ where: { callSid, waitingStep }, data: NOTHING_WAITS });
    },
  };
}

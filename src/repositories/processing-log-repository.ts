import { v7 as newId } from 'uuid';

import type { Prisma, PrismaClient, processingLog } from '../generated/prisma/client.ts';
import type { LogEvent } from '../domain/log-events.ts';
import type { TransactionClient } from './database.ts';

/** A row of the log. `event` is one of the known events. */
export type LogRow = Omit<Prisma.processingLogUncheckedCreateInput, 'event'> & {
  readonly event: LogEvent;
};

/** An activity of a run, whatever the attempt. */
type ActivityKey = { readonly runId: string; readonly activityId: string };

export type ProcessingLogRepository = ReturnType<typeof createProcessingLogRepository>;

/** What happened in each step of each call. Rows are added and never changed. */
export function createProcessingLogRepository(prisma: PrismaClient) {
  return {
    /**
     * Adds rows, each unless its key (runId, activityId, event, attempt) exists already, so that an
     * activity that runs twice logs once. Returns how many were added. Insert-or-ignore, because a
     * unique violation would abort PostgreSQL's transaction.
     */
    async add(rows: readonly LogRow[], tx: TransactionClient = prisma): Promise<number> {
      // In the order in which they are listed.
      const data = rows.map((row) => ({ id: newId(), ...row }));
      const { count } = await tx.processingLog.createMany({ data, skipDuplicates: true });
      return count;
    },

    /** Every row of a call, oldest first. */
    listByCall(callId: string, tx: TransactionClient = prisma): Promise<processingLog[]> {
      return tx.processingLog.findMany({
        where: { callId },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
    },

    /** Whether a run has opened a call, or resumed it, at this moment or later. */
    async wasBegunSince(
      callId: string,
      since: Date,
      tx: TransactionClient = prisma,
    ): Promise<boolean> {
      const events: LogEvent[] = ['JOB_STARTED', 'REPROCESS_REQUESTED'];
      const found = await tx.processingLog.findFirst({
        where: { callId, createdAt: { gte: since }, event: { in: events } },
        select: { id: true },
      });
      return found !== null;
    },

    /** When the first failed attempt of an activity was noted; `null` while there is none. */
    async firstFailureAt(
      { runId, activityId }: ActivityKey,
      tx: TransactionClient = prisma,
    ): Promise<Date | null> {
      const first = await tx.processingLog.findFirst({
        where: { runId, activityId, attempt: { gt: 0 }, code: { not: null } },
        orderBy: { createdAt: 'asc' },
        select: { createdAt: true },
      });
      return first?.createdAt ?? null;
    },

    /**
     * The number of the attempt with which the failures of this code began that are the last of an
     * activity; `null` when it failed in another way last. Attempts without a row, such as those that
     * waited for a place, do not count as failures before it.
     */
    async firstAttemptInARow(
      { runId, activityId, code }: ActivityKey & { readonly code: string },
      tx: TransactionClient = prisma,
    ): Promise<number | null> {
      const select = { attempt: true } as const;
      const other = await tx.processingLog.findFirst({
        where: { runId, activityId, OR: [{ code: null }, { code: { not: code } }] },
        orderBy: { attempt: 'desc' },
        select,
      });
      const first = await tx.processingLog.findFirst({
        where: { runId, activityId, code, attempt: { gt: other?.attempt ?? 0 } },
        orderBy: { attempt: 'asc' },
        select,
      });
      return first?.attempt ?? null;
    },

    /** How many attempts of one activity failed with this code. */
    countFailures(
      where: ActivityKey & { readonly code: string },
      tx: TransactionClient = prisma,
    ): Promise<number> {
      return tx.processingLog.count({ where });
    },

    /** What the attempts of one activity that failed with this code said, oldest first. */
    async listFailures(
      where: { readonly runId: string; readonly activityId: string; readonly code: string },
      tx: TransactionClient = prisma,
    ): Promise<string[]> {
      const orderBy = { attempt: 'asc' } as const;
      const rows = await tx.processingLog.findMany({ where, orderBy, select: { message: true } });
      return rows.map(({ message }) => message);
    },
  };
}

import type { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { LogEvent } from '../domain/log-events.ts';
import type { LogPlace, Snapshot } from '../domain/log-place.ts';

/** A row of the log with what is known of its call now. */
export type FedRow = Prisma.processingLogGetPayload<{ include: typeof WITH_CALL }>;

const WITH_CALL = {
  call: {
    select: {
      callSid: true,
      callStatus: true,
      outcome: true,
      failedStep: true,
      failureCode: true,
    },
  },
} as const satisfies Prisma.processingLogInclude;

export type LogFeedRepository = ReturnType<typeof createLogFeedRepository>;

/** The log as it is followed: in the order in which its rows become visible, over all calls. */
export function createLogFeedRepository(prisma: PrismaClient) {
  return {
    /** Which transactions have ended, at this moment. */
    async snapshot(): Promise<Snapshot> {
      const [row] = await prisma.$queryRaw<{ next: bigint; running: bigint[]; at: Date }[]>`
        SELECT pg_snapshot_xmax(now.snapshot)::text::bigint AS next,
          ARRAY(SELECT pg_snapshot_xip(now.snapshot)::text::bigint) AS running,
          clock_timestamp() AS at
        FROM (SELECT pg_current_snapshot() AS snapshot) AS now`;
      if (row === undefined) throw new Error('The database did not return its snapshot.');
      return { ...row, at: row.at.getTime() };
    },

    /** The rows behind a place and before a transaction, in order; of one call, or with these events. */
    list(
      { after, before, limit }: { after: LogPlace; before: bigint; limit: number },
      only: { readonly callId?: string; readonly events?: readonly LogEvent[] } = {},
    ): Promise<FedRow[]> {
      return prisma.processingLog.findMany({
        where: {
          ...(only.callId === undefined ? {} : { callId: only.callId }),
          ...(only.events === undefined ? {} : { event: { in: [...only.events] } }),
          transactionId: { gte: after.transactionId, lt: before },
          OR: [{ transactionId: { gt: after.transactionId } }, { id: { gt: after.id } }],
          createdAt: { gte: new Date(Math.max(0, after.at - CLOCKS_DIFFER_MS)) },
        },
        orderBy: [{ transactionId: 'asc' }, { id: 'asc' }],
        take: limit,
        include: WITH_CALL,
      });
    },
  };
}

/**
 * A database that was restored on another server counts its transactions from another number, so that old
 * rows may stand behind new ones. They are told by their time; that of a server that takes over may be
 * behind by as much as this.
 */
const CLOCKS_DIFFER_MS = 10 * 60_000;

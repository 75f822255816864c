import type { PaidReprocess, PrismaClient } from '../generated/prisma/client.ts';
import type { TransactionClient } from './database.ts';

export type PaidReprocessRepository = ReturnType<typeof createPaidReprocessRepository>;

/** The reprocesses that the gateway let through although they may pay again. */
export function createPaidReprocessRepository(prisma: PrismaClient) {
  return {
    create(
      data: Pick<PaidReprocess, 'callId' | 'actor'>,
      tx: TransactionClient = prisma,
    ): Promise<PaidReprocess> {
      return tx.paidReprocess.create({ data });
    },

    /** Those of a call that are not older, oldest first. */
    listSince(
      callId: string,
      since: Date,
      tx: TransactionClient = prisma,
    ): Promise<PaidReprocess[]> {
      return tx.paidReprocess.findMany({
        where: { callId, createdAt: { gte: since } },
        orderBy: { createdAt: 'asc' },
      });
    },

    /** Removes one that came to nothing. */
    async remove(id: string, tx: TransactionClient = prisma): Promise<void> {
      await tx.paidReprocess.deleteMany({ where: { id } });
    },
  };
}

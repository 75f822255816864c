import type { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { TransactionClient } from './database.ts';

/** What a delivery is answered: a status and a JSON body. */
export type HookAnswer = { readonly status: number; readonly answer: Prisma.InputJsonObject };

/** The same as it was kept. */
export type KeptAnswer = { readonly status: number; readonly answer: unknown };

export type HookDeliveryRepository = ReturnType<typeof createHookDeliveryRepository>;

// Senders give up after days; a month leaves room for a delivery that somebody repeats by hand.
const KEPT_FOR_MS = 30 * 24 * 60 * 60 * 1000;

/** The first answers to signed deliveries of the phone system. */
export function createHookDeliveryRepository(prisma: PrismaClient) {
  return {
    /** `null` when the delivery was not answered yet. */
    find(id: string, tx: TransactionClient = prisma): Promise<KeptAnswer | null> {
      return tx.hookDelivery.findUnique({ where: { id }, select: { status: true, answer: true } });
    },

    /** Keeps an answer unless there is one, and returns the one that is kept. Removes what is too old. */
    async keep(
      id: string,
      { status, answer }: HookAnswer,
      tx: TransactionClient = prisma,
    ): Promise<KeptAnswer> {
      await tx.hookDelivery.createMany({ data: [{ id, status, answer }], skipDuplicates: true });
      const expired = new Date(Date.now() - KEPT_FOR_MS);
      await tx.hookDelivery.deleteMany({ where: { createdAt: { lt: expired } } });
      return tx.hookDelivery.findUniqueOrThrow({ where: { id } });
    },
  };
}

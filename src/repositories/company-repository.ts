import type { Company, Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { TransactionClient } from './database.ts';

export type CompanyRepository = ReturnType<typeof createCompanyRepository>;

/** The ConnectWise companies that have called. */
export function createCompanyRepository(prisma: PrismaClient) {
  return {
    /** The company with this internal id; `null` when there is none. */
    findById(id: string, tx: TransactionClient = prisma): Promise<Company | null> {
      return tx.company.findUnique({ where: { id } });
    },

    /** The company with this ConnectWise id; `null` when it never called. */
    findByConnectwiseId(
      connectwiseId: string,
      tx: TransactionClient = prisma,
    ): Promise<Company | null> {
      return tx.company.findUnique({ where: { connectwiseId } });
    },

    /** Adds a company. Rejects with Prisma's P2002 when the ConnectWise id is taken. */
    create(data: Prisma.CompanyCreateInput, tx: TransactionClient = prisma): Promise<Company> {
      return tx.company.create({ data });
    },

    /**
     * The company with this ConnectWise id, added if it is new and renamed if its name differs. A plain
     * upsert (one unique in `where`, the same value in `create`, no relations) becomes one
     * INSERT … ON CONFLICT, which a thousand callers at once survive; `connectOrCreate`,
     * find-then-create and an upsert with `include` do not.
     */
    findOrCreate(
      connectwiseId: string,
      name: string,
      tx: TransactionClient = prisma,
    ): Promise<Company> {
      return tx.company.upsert({
        where: { connectwiseId },
        create: { connectwiseId, name },
        update: { name },
      });
    },
  };
}

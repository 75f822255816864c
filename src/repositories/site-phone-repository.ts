import type { PrismaClient } from '../generated/prisma/client.ts';
import type { SitePhone } from '../domain/site-phone.ts';
import type { TransactionClient } from './database.ts';

/** All numbers of one company's sites, as a walk found them. */
type CompanySitePhones = {
  readonly companyConnectwiseId: string;
  readonly walkId: string;
  readonly phones: readonly SitePhone[];
};

export type SitePhoneRepository = ReturnType<typeof createSitePhoneRepository>;

/** The phone numbers of the companies' sites, as walks through ConnectWise found them. */
export function createSitePhoneRepository(prisma: PrismaClient) {
  return {
    /** The ConnectWise ids of the companies that have a site with this E.164 number, each once. */
    async listCompanyIds(number: string, tx: TransactionClient = prisma): Promise<string[]> {
      const rows = await tx.sitePhone.findMany({
        where: { number },
        distinct: ['companyConnectwiseId'],
        orderBy: { companyConnectwiseId: 'asc' },
        select: { companyConnectwiseId: true },
      });
      return rows.map(({ companyConnectwiseId }) => companyConnectwiseId);
    },

    /**
     * Makes these numbers the only ones of a company's sites. A site that belonged to another company
     * moves to this one. May run twice. Needs a transaction, so that nobody reads the company without
     * its sites.
     */
    async replaceOfCompany(
      { companyConnectwiseId, walkId, phones }: CompanySitePhones,
      tx: TransactionClient,
    ): Promise<void> {
      const siteIds = phones.map(({ siteId }) => siteId);
      await tx.sitePhone.deleteMany({
        where: { OR: [{ companyConnectwiseId }, { siteConnectwiseId: { in: siteIds } }] },
      });
      await tx.sitePhone.createMany({
        data: phones.map(({ siteId, number }) => ({
          number,
          companyConnectwiseId,
          siteConnectwiseId: siteId,
          walkId,
        })),
      });
    },

    /**
     * Removes the numbers that a complete walk has not seen, and returns how many. Numbers written
     * since the walk began are kept, because another walk has seen them.
     */
    async removeUnseen(
      walk: { readonly id: string; readonly startedAt: Date },
      tx: TransactionClient = prisma,
    ): Promise<number> {
      const { count } = await tx.sitePhone.deleteMany({
        where: { walkId: { not: walk.id }, seenAt: { lt: walk.startedAt } },
      });
      return count;
    },
  };
}

import { PrismaPg } from '@prisma/adapter-pg';

/** A row of one of the plan's tables, as far as the plan reads it. */
type Row = {
  readonly id: string;
  readonly callStatus: string;
  readonly startTime: Date;
  readonly companyId: string | null;
  readonly name: string;
};
type Data = Readonly<Record<string, unknown>>;
type Table = {
  findUnique(query: { readonly where: Data }): Promise<Row | null>;
  create(query: { readonly data: Data }): Promise<Row>;
  update(query: { readonly where: Data; readonly data: Data }): Promise<Row>;
};

/** Inside a transaction, or outside of one. */
export type PlanTransaction = Readonly<
  Record<'call' | 'company' | 'callAnalysis' | 'processingLog', Table>
>;

type TransactionOptions = { readonly maxWait?: number; readonly timeout?: number };

/** The part of the plan's generated client that the plan uses. */
export type PlanPrisma = PlanTransaction & {
  $transaction<T>(
    work: (tx: PlanTransaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  $disconnect(): Promise<void>;
};

type ClientModule = {
  readonly PrismaClient: new (options: { readonly adapter: PrismaPg }) => PlanPrisma;
};

/** Opens the plan's database with the client that `preparePlan` has generated. */
export async function openPlanDatabase(options: {
  /** The path of the generated client. */
  readonly clientModule: string;
  readonly url: string;
  readonly poolSize: number;
}): Promise<{ readonly prisma: PlanPrisma }> {
  const { PrismaClient } = (await import(options.clientModule)) as ClientModule;
  const adapter = new PrismaPg({ connectionString: options.url, max: options.poolSize });
  return { prisma: new PrismaClient({ adapter }) };
}

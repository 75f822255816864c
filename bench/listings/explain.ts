import { z } from 'zod';

import { Prisma } from '../../src/generated/prisma/client.ts';

export type Plan = {
  /** Planning and execution. */
  readonly milliseconds: number;
  /** Of these, what the processor spent on it, which other processes on the machine do not change much. */
  readonly processorMs: number;
  /** Pages of 8 kB that were looked at. */
  readonly buffers: number;
  readonly indexes: readonly string[];
  /** Large tables that were read from one end to the other. */
  readonly scanned: readonly string[];
};

type Node = {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string | undefined;
  readonly 'Relation Name'?: string | undefined;
  readonly Plans?: readonly Node[] | undefined;
};

const node: z.ZodType<Node> = z.object({
  'Node Type': z.string(),
  'Index Name': z.string().optional(),
  'Relation Name': z.string().optional(),
  get Plans() {
    return z.array(node).optional();
  },
});

const answer = z.tuple([
  z.object({
    'QUERY PLAN': z.tuple([
      z.object({
        Plan: node.and(
          z.object({ 'Shared Hit Blocks': z.number(), 'Shared Read Blocks': z.number() }),
        ),
        'Planning Time': z.number(),
        'Execution Time': z.number(),
      }),
    ]),
  }),
]);

// There are a few companies, and reading them all is the shortest way.
const LARGE = ['Call', 'CallDigest', 'Transcript', 'CallAnalysis'];

/** Runs a statement, however long it takes, and returns its rows. */
export type Run = (statement: Prisma.Sql) => Promise<readonly unknown[]>;

/** Has PostgreSQL run a statement and tell how it did so. */
export async function explain(run: Run, statement: Prisma.Sql): Promise<Plan> {
  const before = await processorMs(run);
  const rows = await run(Prisma.sql`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement}`);
  const [
    {
      'QUERY PLAN': [plan],
    },
  ] = answer.parse(rows);
  const after = await processorMs(run);
  const nodes = [...walk(plan.Plan)];
  const indexes = nodes.flatMap(({ 'Index Name': name }) => (name === undefined ? [] : [name]));
  const scanned = nodes.flatMap((each) => {
    const table = each['Relation Name'];
    return each['Node Type'] === 'Seq Scan' && table !== undefined && LARGE.includes(table)
      ? [table]
      : [];
  });
  return {
    milliseconds: plan['Planning Time'] + plan['Execution Time'],
    processorMs: after - before,
    buffers: plan.Plan['Shared Hit Blocks'] + plan.Plan['Shared Read Blocks'],
    indexes: [...new Set(indexes)],
    scanned,
  };
}

const spent = z.tuple([z.object({ nanoseconds: z.string().nullable() })]);

/** What the server's process has spent so far; 0 where Linux does not tell. */
async function processorMs(run: Run): Promise<number> {
  const [{ nanoseconds }] = spent.parse(
    await run(Prisma.sql`
      SELECT split_part(pg_read_file('/proc/self/schedstat', TRUE), ' ', 1) AS nanoseconds`),
  );
  return Number(nanoseconds) / 1_000_000;
}

function* walk(part: Node): Generator<Node> {
  yield part;
  for (const below of part.Plans ?? []) yield* walk(below);
}

import { checkInvariants, reportOf } from '../harness/check.ts';
import { startCluster, type Cluster } from '../harness/cluster.ts';
import { observe, type Observation } from '../harness/observation.ts';
import { signalReprocess } from '../../support/calls.ts';
import { settle } from '../harness/settle.ts';
import { makePlan, WORKERS } from './plan.ts';
import { runStorm, type Deeds } from './storm.ts';

/** The outcome of one seed. */
export type SeedResult = {
  readonly seed: number;
  readonly calls: number;
  readonly deeds: Deeds;
  /** Speech-to-Text: operations that were accepted, and the submissions they were for. */
  readonly speech: { readonly operations: number; readonly submissions: number };
  /** The language model: all requests, including those that a fault refused, and the stored analyses. */
  readonly model: { readonly requests: number; readonly analyses: number };
  /** Sentences; empty when all is well. */
  readonly violations: readonly string[];
  readonly seconds: number;
};

// A lost step is retried after its heartbeat timeout (30 s) and the backoff of its failures (5, 10,
// 20 s), and may have been lost more than once.
const SETTLE_WITHIN_MS = 180_000;

// A parked call completes when it is reprocessed, because nothing is broken any more.
const REPROCESS_AT_MOST = 3;

/** Runs one seed on its own cluster: the storm, the calm and the verdict. */
export async function runSeed(seed: number, calls: number): Promise<SeedResult> {
  const begun = performance.now();
  const cluster = await startCluster({ workers: WORKERS });
  try {
    const deeds = await runStorm(cluster, makePlan(seed, calls));
    await calm(cluster);
    const seen = await observe(cluster);
    const violations = checkInvariants(seen);
    return {
      seed,
      calls,
      deeds,
      ...costsOf(seen),
      violations: [
        ...reportOf(violations)
          .split('\n')
          .filter((line) => line !== ''),
        ...unfinishedIn(seen),
      ],
      seconds: Math.round((performance.now() - begun) / 1000),
    };
  } finally {
    await cluster.stop();
  }
}

/** Waits until everything has settled, and reprocesses what is parked. */
async function calm(cluster: Cluster): Promise<void> {
  // Pending faults may strike in the meantime; by the end most of them have.
  await settle(cluster, SETTLE_WITHIN_MS);
  await cluster.sandbox.clearFaults();
  for (let round = 0; round < REPROCESS_AT_MOST; round += 1) {
    const failed = await cluster.database.prisma.call.findMany({
      where: { callStatus: 'FAILED', failureCode: { not: 'CANCELLED' } },
      select: { callSid: true },
    });
    if (failed.length === 0) return;
    await Promise.all(failed.map(({ callSid }) => signalReprocess(cluster, callSid)));
    await settle(cluster, SETTLE_WITHIN_MS);
  }
}

/** Only a cancelled call may stay unfinished. */
function unfinishedIn({ rows, operations }: Observation): string[] {
  const cancelled = new Set(
    operations.filter(({ kind }) => kind === 'cancel').map(({ callSid }) => callSid),
  );
  return rows.calls
    .filter(({ callStatus }) => callStatus !== 'COMPLETED')
    .filter(({ callSid, failureCode }) => failureCode !== 'CANCELLED' || !cancelled.has(callSid))
    .map(
      ({ callSid, callStatus, failedStep, failureCode }) =>
        `${callSid}: it ended as ${callStatus} (${failedStep} ${failureCode})`,
    );
}

function costsOf({ sandbox, rows }: Observation): Pick<SeedResult, 'speech' | 'model'> {
  const requests = Object.values(sandbox.hits).reduce(
    (sum, hits) => sum + (hits['languageModel.chat.completions'] ?? 0),
    0,
  );
  return {
    speech: {
      operations: sandbox.operations.length,
      submissions: new Set(sandbox.operations.map(({ prefix }) => prefix)).size,
    },
    model: { requests, analyses: rows.analyses.length },
  };
}

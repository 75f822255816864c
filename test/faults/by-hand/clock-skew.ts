import { untilCompleted, untilHit } from '../../support/conditions.ts';
import { assertInvariants } from '../harness/check.ts';
import { startCluster } from '../harness/cluster.ts';
import { startCalls } from '../../support/calls.ts';

// `npm run faults:clock-skew -- /usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1` (row 21): calls
// are processed by workers whose clocks are an hour wrong, one way and the other, and one that jumps.

const CALLS = 10;

// Ten calls take seconds; a second attempt of the analysis waits five more.
const COMPLETED_WITHIN_MS = 120_000;

const [library] = process.argv.slice(2);
if (library === undefined) {
  console.error('Name libfaketime (Debian: apt install libfaketime), see docs/faults.md.');
  process.exit(2);
}
const cluster = await startCluster({ workers: 0 });

/** Starts a worker with a clock of its own, in faketime's words. */
function startWorkerAt(library: string, FAKETIME: string) {
  // Durations come from the monotonic clock, which no NTP step moves.
  const env = { LD_PRELOAD: library, FAKETIME, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  return cluster.startWorker({ env });
}

/** Waits for the calls and asserts that none took a time that cannot be. */
async function assertCompleted(calls: readonly { readonly callSid: string }[]): Promise<void> {
  for (const { callSid } of calls) {
    const { duration } = await untilCompleted(cluster, callSid, COMPLETED_WITHIN_MS);
    if (duration === null || duration < 0 || duration * 1000 > COMPLETED_WITHIN_MS) {
      throw new Error(`A call took ${duration} seconds.`);
    }
  }
  await assertInvariants(cluster);
}

try {
  // An hour ahead, an hour behind, and sixty times too fast.
  for (const clock of ['+1h', '-1h', '+0 x60']) {
    const worker = await startWorkerAt(library, clock);
    await assertCompleted(await startCalls(cluster, CALLS));
    await worker.stop();
    console.log(`Worker clock ${clock}: ${CALLS} calls COMPLETED, all invariants hold.`);
  }

  const ahead = await startWorkerAt(library, '+1h');
  const faults = [{ system: 'languageModel', action: { status: 503 } }];
  const calls = await startCalls(cluster, CALLS, { faults });
  for (const { callSid } of calls) {
    await untilHit(cluster, callSid, 'languageModel.chat.completions');
  }
  await ahead.stop();
  await startWorkerAt(library, '-1h');
  await assertCompleted(calls);
  console.log(`Opened an hour ahead, finished an hour behind: ${CALLS} calls COMPLETED.`);
} finally {
  await cluster.stop();
}

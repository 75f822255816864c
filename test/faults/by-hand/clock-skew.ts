import '../../../src/process/node-version.cjs';

import { readArguments } from '../../../src/process/arguments.ts';
import { untilCompleted, untilHit } from '../../support/conditions.ts';
import { assertInvariants } from '../harness/check.ts';
import { startCluster } from '../harness/cluster.ts';
import { startCalls } from '../../support/calls.ts';

// Row 21 of docs/faults.md.

const CALLS = 10;

// Ten calls take seconds; a second attempt of the analysis waits five more.
const COMPLETED_WITHIN_MS = 120_000;

const [library = ''] = readArguments({
  name: 'npm run faults:clock-skew',
  does: 'Processes calls with workers whose clocks are an hour ahead, an hour behind, and sixty times too fast.',
  operands: {
    name: 'LIBRARY',
    help: 'libfaketime (Debian: apt install libfaketime), such as /usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1.',
    atLeast: 1,
    atMost: 1,
  },
}).operands;
const cluster = await startCluster({ workers: 0 });

/** Starts a worker with its own clock, in faketime's notation. */
function startWorkerAt(library: string, FAKETIME: string) {
  // Durations come from the monotonic clock, which NTP never steps.
  const env = { LD_PRELOAD: library, FAKETIME, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  return cluster.startWorker({ env });
}

/** Waits for the calls, and asserts that none took an impossible amount of time. */
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

import assert from 'node:assert/strict';

import { reportOf, checkInvariants } from '../harness/check.ts';
import { startCluster, type Cluster } from '../harness/cluster.ts';
import { observe } from '../harness/observation.ts';
import { submitOnce } from '../../support/calls.ts';
import { settle } from '../harness/settle.ts';
import { judge } from './judge.ts';
import { KILL_POINTS } from './points.ts';
import { runMatrix } from './run-matrix.ts';

// A worker that is killed at the worst of moments loses no call, doubles nothing, and at the most
// one question to the language model is asked again. `npm run faults:matrix` has all the points.

// Those that are dear: between a remote effect and what we know of it. In one round.
const POINTS = [
  'archiveRecording, half fetched',
  'archiveRecording, half stored (large)',
  'archiveRecording, stored, reply lost',
  "transcribeRecording, the submission's id kept, reply lost",
  'transcribeRecording, submitted, reply lost',
  "transcribeRecording, before the operation's name is kept",
  'analyzeTranscript, answered, reply lost',
  'analyzeTranscript, between effect and commit',
  'analyzeTranscript, committed, reply lost',
].map((name) => {
  const point = KILL_POINTS.find((each) => `${each.step}, ${each.name}` === name);
  if (point === undefined) throw new Error(`There is no point of the kill matrix called ${name}.`);
  return point;
});

// Two rounds, each up to a heartbeat timeout after its kills; on a busy machine there are more.
const TIMEOUT_MS = 400_000;

describe('a worker killed with SIGKILL', function () {
  this.timeout(TIMEOUT_MS);
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster({ workers: 0 });
  });
  after(() => cluster.stop());

  it('loses nothing, doubles nothing and pays nothing twice but one question to the model', async () => {
    const strikes = await runMatrix(cluster, POINTS);
    const seen = await observe(cluster);
    const verdicts = judge(strikes, seen);
    assert.equal(verdicts.length, POINTS.length + 1);
    assert.deepEqual(
      verdicts.flatMap(({ step, point, faults }) =>
        faults.map((each) => `${step}, ${point}: ${each}`),
      ),
      [],
    );
    assert.equal(reportOf(checkInvariants(seen)), '');
  });

  it('does not pay again for a result whose operation Google has forgotten', async () => {
    const recording = await cluster.addRecording();
    const { callSid } = recording;
    // The first look finds it running; by the second, a second later, the result is there.
    await cluster.sandbox.fault({
      system: 'speech',
      operation: 'GetOperation',
      callSid,
      skip: 1,
      action: { status: 'NOT_FOUND' },
    });
    await submitOnce(cluster, recording);
    await settle(cluster, 60_000);
    const operations = await cluster.sandbox.operations();
    assert.equal(operations.filter((each) => each.callSid === callSid).length, 1);
    const row = await cluster.database.prisma.call.findUniqueOrThrow({ where: { callSid } });
    assert.equal(row.callStatus, 'COMPLETED');
  });
});

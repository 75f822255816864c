import assert from 'node:assert/strict';

import { reportOf, checkInvariants } from '../harness/check.ts';
import { startCluster, type Cluster } from '../harness/cluster.ts';
import { observe } from '../harness/observation.ts';
import { submitOnce } from '../../support/calls.ts';
import { scale } from '../harness/scale.ts';
import { settle } from '../harness/settle.ts';
import { judge } from './judge.ts';
import { KILL_POINTS } from './points.ts';
import { runMatrix } from './run-matrix.ts';

// A worker killed at the worst moment loses no call and duplicates nothing, and at most one request to
// the language model is repeated. `npm run test:full` covers all points, and so does
// `npm run faults:matrix`, which prints the table.

// The expensive ones, between a remote effect and our knowledge of it. They fit in one round.
const EXPENSIVE_POINTS = [
  'archiveRecording, half fetched',
  'archiveRecording, half stored (large)',
  'archiveRecording, stored, reply lost',
  "transcribeRecording, the submission's ID stored, reply lost",
  'transcribeRecording, submitted, reply lost',
  "transcribeRecording, before the operation's name is stored",
  'analyzeTranscript, answered, reply lost',
  'analyzeTranscript, between effect and commit',
  'analyzeTranscript, committed, reply lost',
].map((name) => {
  const point = KILL_POINTS.find((each) => `${each.step}, ${each.name}` === name);
  if (point === undefined) throw new Error(`There is no point of the kill matrix called ${name}.`);
  return point;
});

const points = scale.isFull ? KILL_POINTS : EXPENSIVE_POINTS;

// Two rounds, each up to a heartbeat timeout after its kills; a busy machine needs more rounds. All
// points take six minutes on two cores that are not shared.
const TIMEOUT_MS = scale.isFull ? 1_200_000 : 400_000;

describe('a worker killed with SIGKILL', function () {
  this.timeout(TIMEOUT_MS);
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster({ workers: 0 });
  });
  after(() => cluster.stop());

  it('loses nothing, duplicates nothing, and pays nothing twice except one request to the model', async () => {
    const strikes = await runMatrix(cluster, points);
    const seen = await observe(cluster);
    const verdicts = judge(strikes, seen);
    assert.equal(verdicts.length, points.length + 1);
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
    // The first poll finds it running; by the second, one second later, the result exists.
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

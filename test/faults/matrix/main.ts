import '../../../src/process/node-version.cjs';

import { readArguments } from '../../../src/process/arguments.ts';
import { checkInvariants, reportOf } from '../harness/check.ts';
import { startCluster } from '../harness/cluster.ts';
import { observe } from '../harness/observation.ts';
import { judge } from './judge.ts';
import { KILL_POINTS } from './points.ts';
import { runMatrix } from './run-matrix.ts';
import { tableOf } from './table.ts';

const { operands } = readArguments({
  name: 'npm run faults:matrix',
  does: 'Kills a worker at every point of every step and prints the outcome. Ends with code 1 if anything was lost or duplicated, or more was paid than allowed.',
  operands: {
    name: 'TEXT',
    help: 'Only the points whose "step, name" contains it, such as archiveRecording.',
    atMost: 1,
  },
});
const [only] = operands;
const points = KILL_POINTS.filter(
  ({ step, name }) => only === undefined || `${step}, ${name}`.includes(only),
);
if (points.length === 0) {
  console.error(`No point's name contains ${only}.`);
  process.exit(1);
}
const cluster = await startCluster({ workers: 0 });
try {
  const strikes = await runMatrix(cluster, points, (line) => process.stderr.write(`${line}\n`));
  const seen = await observe(cluster);
  const verdicts = judge(strikes, seen);
  const violations = checkInvariants(seen);
  const faults = verdicts.flatMap(({ step, point, faults: found }) =>
    found.map((fault) => `${step}, ${point}: ${fault}`),
  );
  console.log(tableOf(verdicts));
  console.log(
    `\n${points.length} kills, ${faults.length} faults, ${violations.length} violations of the invariants.`,
  );
  if (faults.length > 0) console.log(faults.join('\n'));
  if (violations.length > 0) console.log(reportOf(violations));
  process.exitCode = faults.length + violations.length === 0 ? 0 : 1;
} finally {
  await cluster.stop();
}

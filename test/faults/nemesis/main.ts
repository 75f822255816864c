import '../../../src/process/node-version.cjs';

import { readArguments, refuseArguments } from '../../../src/process/arguments.ts';
import { runSeed } from './run-seed.ts';
import { summaryOf } from './summary.ts';

const command = {
  name: 'npm run nemesis',
  does: 'Runs storms of kills, outages, faults, signals and cancels over many calls, each reproducible by its seed. Ends with code 1 if an invariant broke in one of them.',
  flags: {
    seeds: { type: 'string', value: 'N', default: '1', help: 'How many storms.' },
    from: { type: 'string', value: 'SEED', default: '1', help: 'The seed of the first.' },
    calls: { type: 'string', value: 'N', default: '100', help: 'The calls of each.' },
  },
} as const;

const { flags } = readArguments(command);
const [seeds, from, calls] = [
  wholeNumber('seeds', flags.seeds),
  wholeNumber('from', flags.from),
  wholeNumber('calls', flags.calls),
];

for (let index = 0; index < seeds; index += 1) {
  const result = await runSeed(from + index, calls);
  console.log(summaryOf(result));
  if (result.violations.length > 0) {
    console.log(result.violations.join('\n'));
    console.log(
      `Again: npm run nemesis -- --seeds 1 --from ${result.seed} --calls ${result.calls}`,
    );
    process.exitCode = 1;
  }
}

/** Above 0, or the command line is refused. */
function wholeNumber(flag: string, value: string): number {
  const number = Number(value);
  return Number.isInteger(number) && number > 0
    ? number
    : refuseArguments(command, `--${flag} is not a whole number above 0`);
}

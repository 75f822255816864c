import { parseArgs } from 'node:util';

import { runSeed } from './run-seed.ts';
import { summaryOf } from './summary.ts';

// `npm run nemesis -- --seeds N [--from S] [--calls C]`: N storms, each with its own seed. Exits
// with 1 if any of them broke an invariant.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    calls: { type: 'string', default: '100' },
  },
});
const [seeds, from, calls] = [values.seeds, values.from, values.calls].map(Number);
if (![seeds, from, calls].every((value) => Number.isInteger(value) && Number(value) > 0)) {
  throw new Error('The nemesis cannot run: --seeds, --from and --calls are whole numbers above 0.');
}

for (let index = 0; index < Number(seeds); index += 1) {
  const result = await runSeed(Number(from) + index, Number(calls));
  console.log(summaryOf(result));
  if (result.violations.length > 0) {
    console.log(result.violations.join('\n'));
    console.log(
      `Again: npm run nemesis -- --seeds 1 --from ${result.seed} --calls ${result.calls}`,
    );
    process.exitCode = 1;
  }
}

import { entryLine, resultLines } from '../output/samples.ts';
import { paint } from '../output/style.ts';
import type { Addresses } from '../environment.ts';
import type { OwnSystems } from '../settings.ts';
import { followSample } from './follow-sample.ts';
import { createGatewayClient } from './gateway-client.ts';
import { readSamples } from './sample.ts';
import { deviations } from './verdict.ts';

/**
 * Submits the sample calls, shows what happens to them and what came out. Resolves with whether
 * each ended as it should. The samples are recordings in the sandbox's phone system, so with a
 * phone system of the user's own there are none.
 */
export async function runSamples(
  addresses: Addresses & { readonly gatewayUrl: string },
  ownSystems: OwnSystems,
  signal: AbortSignal,
): Promise<boolean> {
  if (addresses.sandbox === null || ownSystems.phoneSystem) {
    console.log(
      '\n  No sample calls: they live in the sandbox, and PHONE_SYSTEM_URL names another system.',
    );
    return true;
  }
  const { samples, problems } = await readSamples(addresses.sandbox.controlUrl);
  for (const problem of problems) console.log(`\n  ${paint('yellow', problem)}`);
  const gateway = createGatewayClient(addresses.gatewayUrl);
  const started = Date.now();
  console.log(`\n${paint('bold', `${samples.length} sample calls`)}, submitted by HTTP\n`);

  const results = await Promise.all(
    samples.map((sample, index) =>
      followSample(
        gateway,
        sample,
        (entry) => {
          const line = entryLine(index + 1, sample, entry, Date.now() - started);
          if (line !== null) console.log(line);
        },
        signal,
      ),
    ),
  );

  console.log(`\n${paint('bold', 'What came out')}\n`);
  let wereRight = true;
  for (const [index, result] of results.entries()) {
    const wrong = deviations(result, ownSystems);
    wereRight &&= wrong.length === 0;
    for (const line of resultLines(index + 1, result, wrong)) console.log(line);
  }
  return wereRight;
}

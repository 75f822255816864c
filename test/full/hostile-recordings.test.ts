// Guarantees that thousands of recordings made to hold up a worker end as a fact or a named refusal, while its other work goes on at its pace.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

import { fuzzed, misstated, truncated, type HostileFile } from '../audio/hostile/files.ts';
import { createRandom } from '../audio/hostile/random.ts';
import { traps } from '../audio/hostile/traps.ts';
import { startHttpServer } from '../support/http-server.ts';

const SCRIPT = fileURLToPath(new URL('hostile-recordings/take-in-all.ts', import.meta.url));

/** FUZZ_SEED, as a failure names it, makes the same files again. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_130);
const FUZZED = 1_500;

type Seen = {
  readonly files: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
  readonly blockedMs: number;
  readonly blockedBy: string;
  readonly honest: { readonly count: number; readonly slowestMs: number };
};

/** What each file may end as: heard, not heard for this reason, or refused by this code. */
const NAMED = /^(?:HEARD|EMPTY|CODEC|CHANNELS|RATE|HEADER|DECODER|TOO_LONG|RECORDING_[A-Z]+)$/;

describe('hostile recordings', () => {
  let files: readonly HostileFile[];
  let seen: Seen;
  before(async () => {
    const random = createRandom(seed);
    files = [...misstated(), ...truncated(500), ...fuzzed(FUZZED, random), ...traps(1, random)];
    const server = await startHttpServer((request, response) => {
      const pieces = files[Number(request.url?.slice(1))]?.pieces() ?? [];
      // Whoever has read enough closes the connection.
      pipeline(pieces, response).catch(() => undefined);
    });
    try {
      const args = ['--max-old-space-size=192', SCRIPT, server.url, String(files.length)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      seen = JSON.parse(await text(child.stdout)) as Seen;
    } finally {
      await server.close();
    }
  });
  const told = (indices: string) =>
    indices.split(', ').map((index) => files[Number(index)]?.name ?? index);

  it('are thousands, and each ends as a fact or a named refusal', () => {
    assert.ok(seen.files >= 2_000);
    assert.deepEqual(seen.faults, [], `FUZZ_SEED=${seed}`);
    for (const outcome of Object.keys(seen.outcomes)) assert.match(outcome, NAMED);
    assert.ok((seen.outcomes['HEARD'] ?? 0) > 500);
  });

  it('never hold up the event loop for more than 200 ms', () => {
    const { blockedMs, blockedBy } = seen;
    assert.ok(
      blockedMs <= 200,
      `${blockedMs} ms, FUZZ_SEED=${seed}: ${told(blockedBy).join(', ')}`,
    );
  });

  it('keep no honest recording waiting', () => {
    // It takes a tenth of a second alone.
    assert.ok(seen.honest.count > 100);
    assert.ok(seen.honest.slowestMs <= 5_000, `${seen.honest.slowestMs} ms`);
  });
});

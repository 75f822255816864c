import { randomInt } from 'node:crypto';
import { join } from 'node:path';

import { ownName } from '../contestants/contestant.ts';
import { startChild } from '../ground/child.ts';
import type { Ground } from '../ground/ground.ts';
import { spreadOf, written } from '../report/spread.ts';
import type { Row } from './row.ts';

/** A line of a sample that has ended well, such as `01-printer-mono  COMPLETED`. */
const FIRST_COMPLETED = /\bCOMPLETED\b/;

export const warmStart: Row = {
  name: 'warm-start',
  does: 'from `npm start`, run before, to the first sample call that is COMPLETED',
  async measure(ground, { rounds }) {
    // Ports of its own, away from those of a run of the user's.
    const offset = String(randomInt(20_000, 30_000));
    const env = {
      NO_COLOR: '1',
      HOME: process.env['HOME'] ?? '',
      LOCAL_DATA_FOLDER: join(ground.folder, 'warm-start'),
      LOCAL_PORT_OFFSET: offset,
    };
    ground.say('warm-start: the first start fills the folder');
    await secondsToFirst(ground, env);
    const seconds: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      seconds.push(await secondsToFirst(ground, env));
      ground.say(`warm-start, round ${round} of ${rounds}: ${seconds.at(-1)?.toFixed(1)} s`);
    }
    return {
      command: 'npm run bench -- --only warm-start',
      lines: [
        {
          what: '`npm start`, warm, to the first sample COMPLETED, seconds',
          measured: written(spreadOf(seconds), 1),
          goal: '≤ 8',
        },
      ],
      notes: [
        `warm-start: ${rounds} starts on one data folder; PostgreSQL and Temporal of the bench are idle beside it.`,
      ],
    };
  },
};

async function secondsToFirst(
  ground: Ground,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const startedAt = performance.now();
  const run = await startChild(ground, {
    name: ownName('npm_start'),
    script: 'local/start.ts',
    ready: FIRST_COMPLETED,
    env,
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  await run.stop();
  return seconds;
}

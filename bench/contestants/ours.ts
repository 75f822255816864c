import { migrate } from '../../prisma/engine/apply.ts';
import type { Ground } from '../ground/ground.ts';
import {
  ownName,
  POOL_SIZE,
  type Contestant,
  type Entrant,
  type EntrantOptions,
} from './contestant.ts';
import { callsOn, OUR_WORKFLOWS, startWorker } from './workers.ts';

export const ours: Contestant = {
  name: 'ours',
  does: 'the service; the outside systems answer inside the worker',
  start: async (ground, options) => (await startOurs(ground, options, 1)).entrant,
};

/** Starts several workers on one task queue and one database; the entrant names the first of them. */
export async function startOurs(
  ground: Ground,
  options: EntrantOptions,
  workers: number,
): Promise<{ readonly entrant: Entrant; readonly others: readonly Entrant['worker'][] }> {
  const name = ownName('ours');
  const url = ground.postgres.url(name);
  await migrate(url);
  const started = [];
  for (let index = 0; index < workers; index += 1) {
    started.push(
      await startWorker(ground, {
        name: index === 0 ? name : `${name}_${index}`,
        taskQueue: name,
        script: 'bench/children/ours-worker.ts',
        workflows: OUR_WORKFLOWS,
        env: { DATABASE_URL: url, DATABASE_POOL_SIZE: String(POOL_SIZE) },
        options,
      }),
    );
  }
  const [worker, ...others] = started;
  if (worker === undefined) throw new Error('No worker was asked for.');
  const process = callsOn(ground, name);
  return { entrant: { worker, database: name, prepare: async () => undefined, process }, others };
}

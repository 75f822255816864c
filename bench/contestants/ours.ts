import { migrate } from '../../prisma/engine/apply.ts';
import { ownName, POOL_SIZE, type Contestant } from './contestant.ts';
import { callsOn, OUR_WORKFLOWS, startWorker } from './workers.ts';

export const ours: Contestant = {
  name: 'ours',
  does: 'the service; the outside systems answer inside the worker',
  async start(ground, options) {
    const name = ownName('ours');
    const url = ground.postgres.url(name);
    await migrate(url);
    const worker = await startWorker(ground, {
      name,
      script: 'bench/children/ours-worker.ts',
      workflows: OUR_WORKFLOWS,
      env: { DATABASE_URL: url, DATABASE_POOL_SIZE: String(POOL_SIZE) },
      options,
    });
    return {
      worker,
      database: name,
      prepare: async () => undefined,
      process: callsOn(ground, name),
    };
  },
};

import { ownName, type Contestant } from './contestant.ts';
import { BENCH_WORKFLOWS, callsOn, startWorker } from './workers.ts';

export const floor: Contestant = {
  name: 'floor',
  does: 'the same shape of workflow, with activities that do nothing',
  async start(ground, options) {
    const name = ownName('floor');
    const worker = await startWorker(ground, {
      name,
      script: 'bench/children/floor-worker.ts',
      workflows: BENCH_WORKFLOWS,
      options,
    });
    return {
      worker,
      database: null,
      prepare: async () => undefined,
      process: callsOn(ground, name),
    };
  },
};

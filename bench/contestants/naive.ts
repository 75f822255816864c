import { preparePlan } from '../plan/prepare.ts';
import { ownName, POOL_SIZE, type Contestant } from './contestant.ts';
import { BENCH_WORKFLOWS, resultOf, startWorker } from './workers.ts';

export const naive: Contestant = {
  name: 'naive Temporal',
  does: 'eight activities in a row that write a row each',
  async start(ground, options) {
    const name = ownName('naive');
    const url = ground.postgres.url(name);
    const clientModule = await preparePlan(url);
    const worker = await startWorker(ground, {
      name,
      script: 'bench/children/naive-worker.ts',
      workflows: BENCH_WORKFLOWS,
      env: {
        DATABASE_URL: url,
        DATABASE_POOL_SIZE: String(POOL_SIZE),
        PLAN_CLIENT: clientModule,
      },
      options,
    });
    const { client } = ground.temporal;
    return {
      worker,
      database: name,
      prepare: async () => undefined,
      async process(key) {
        const start = { workflowId: key.callSid, taskQueue: name, args: [key] };
        await client.workflow.start('NaiveWorkflow', start);
        await resultOf(client, key.callSid);
      },
    };
  },
};

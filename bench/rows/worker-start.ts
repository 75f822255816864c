import { environmentOf, startOutside } from '../contestants/sandbox.ts';
import { ownName } from '../contestants/contestant.ts';
import { OUR_WORKFLOWS } from '../contestants/workers.ts';
import { migrate } from '../../prisma/engine/apply.ts';
import { startChild } from '../ground/child.ts';
import { spreadOf, written } from '../report/spread.ts';
import type { Row } from './row.ts';

type Start = { readonly seconds: number; readonly cpuSeconds: number };

export const workerStart: Row = {
  name: 'worker-start',
  does: 'from the start of a worker process to the line that says it takes calls',
  async measure(ground, { rounds }) {
    const name = ownName('start');
    const url = ground.postgres.url(name);
    await migrate(url);
    const addresses = await startOutside(ground, name, 0);
    const bundle = await ground.bundle(OUR_WORKFLOWS);
    const env = environmentOf(ground, { addresses, databaseUrl: url, taskQueue: name });
    const startWith = async (more: Readonly<Record<string, string>>): Promise<Start> => {
      const startedAt = performance.now();
      const worker = await startChild(ground, {
        name: ownName('start_worker'),
        script: 'src/worker.ts',
        ready: /The worker takes calls/,
        env: { ...env, ...more },
      });
      const seconds = (performance.now() - startedAt) / 1_000;
      const { cpuSeconds } = await worker.ask('usage');
      await worker.stop();
      return { seconds, cpuSeconds };
    };
    const prebuilt: Start[] = [];
    const building: Start[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      ground.say(`worker-start: round ${round} of ${rounds}`);
      prebuilt.push(await startWith({ WORKFLOW_BUNDLE: bundle }));
      building.push(await startWith({}));
    }
    return {
      command: 'npm run bench -- --only worker-start',
      lines: [
        {
          what: 'worker start with the prebuilt bundle, seconds',
          measured: secondsOf(prebuilt),
          goal: '≤ 2',
        },
        { what: 'its CPU seconds', measured: cpuOf(prebuilt) },
        { what: 'worker start that bundles by itself, seconds', measured: secondsOf(building) },
        { what: 'its CPU seconds, bundling included', measured: cpuOf(building) },
      ],
      notes: [
        `worker-start: medians of ${rounds} starts of each kind, with the least and the most. On a machine that does other things too, its CPU seconds say more.`,
      ],
    };
  },
};

function secondsOf(starts: readonly Start[]): string {
  return written(spreadOf(starts.map(({ seconds }) => seconds)), 2);
}

function cpuOf(starts: readonly Start[]): string {
  return written(spreadOf(starts.map(({ cpuSeconds }) => cpuSeconds)), 2);
}

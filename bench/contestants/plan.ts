import { startChild } from '../ground/child.ts';
import { preparePlan } from '../plan/prepare.ts';
import { ownName, POOL_SIZE, type Contestant } from './contestant.ts';

/** Prisma ends an interactive transaction after 5 s and lets it wait 2 s for a connection unless it is told otherwise. */
export const plan = planWith('the plan', 'with the time limits that Prisma has by default', {});

/** Longer than any row of the bench. */
export const planRaised = planWith(
  'the plan, limits raised',
  'with an hour instead of Prisma’s time limits',
  {
    PLAN_TIMEOUT_MS: '3600000',
  },
);

function planWith(name: string, how: string, env: Readonly<Record<string, string>>): Contestant {
  return {
    name,
    does: `one interactive transaction around a call, ${how}`,
    async start(ground, { outsideMs }) {
      const own = ownName('plan');
      const url = ground.postgres.url(own);
      const clientModule = await preparePlan(url);
      const worker = await startChild(ground, {
        name: own,
        script: 'bench/children/plan-consumer.ts',
        ready: /^ready$/m,
        env: {
          DATABASE_URL: url,
          DATABASE_POOL_SIZE: String(POOL_SIZE),
          PLAN_CLIENT: clientModule,
          OUTSIDE_MS: String(outsideMs),
          ...env,
        },
      });
      return {
        worker,
        database: own,
        prepare: async () => undefined,
        async process({ callSid }) {
          await worker.job({ id: callSid, callRecordingId: callSid });
        },
      };
    },
  };
}

// The plan that this project began with: takes jobs from the bench as it would from its queue.
import { createConsumer, type PlanJob } from '../plan/consumer.ts';
import { openPlanDatabase } from '../plan/database.ts';
import { createOutside } from '../plan/outside.ts';
import { given } from './worker-settings.ts';

const { prisma } = await openPlanDatabase({
  clientModule: given('PLAN_CLIENT'),
  url: given('DATABASE_URL'),
  poolSize: Number(given('DATABASE_POOL_SIZE')),
});
const timeout = process.env['PLAN_TIMEOUT_MS'];
const consumer = createConsumer(
  prisma,
  createOutside(Number(given('OUTSIDE_MS'))),
  timeout === undefined ? {} : { maxWait: Number(timeout), timeout: Number(timeout) },
);

process.on('message', ({ id, job }: { id: number; job?: PlanJob }) => {
  if (job !== undefined) void run(id, job);
});

async function run(id: number, job: PlanJob): Promise<void> {
  try {
    process.send?.({ id, answer: await consumer.process(job) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

process.once('SIGTERM', () => process.exit(0));
// The probe lets go of the channel; here it is what jobs come through.
process.channel?.ref();
console.log('ready');

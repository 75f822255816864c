import { migrate } from '../../prisma/engine/apply.ts';
import { startChild, type Child } from '../ground/child.ts';
import type { Ground } from '../ground/ground.ts';
import { ownName, POOL_SIZE } from './contestant.ts';

export type Gateway = Child & { readonly url: string };

const LISTENING = /Server listening at (http:[^"\s]+)/;

/** Limits protect a gateway from one client, which the bench is. */
const WITHOUT_LIMITS = {
  REQUESTS_PER_MINUTE: '0',
  OPEN_RUNS_PER_KEY: '0',
  EVENT_LOOP_DELAY_MAX_MS: '0',
};

/** Our gateway, without limits, on a task queue that no worker takes calls from. */
export async function startGateway(ground: Ground): Promise<Gateway> {
  const name = ownName('gateway');
  const databaseUrl = ground.postgres.url(name);
  await migrate(databaseUrl);
  return start(ground, name, 'src/server.ts', {
    ...WITHOUT_LIMITS,
    PORT: '0',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: String(POOL_SIZE),
  });
}

/** A route that starts calls and does nothing else. */
export async function startBareGateway(ground: Ground): Promise<Gateway> {
  return start(ground, ownName('bare'), 'bench/children/bare-gateway.ts', {});
}

async function start(
  ground: Ground,
  name: string,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<Gateway> {
  const child = await startChild(ground, {
    name,
    script,
    ready: LISTENING,
    env: { TEMPORAL_ADDRESS: ground.temporal.address, TASK_QUEUE: name, ...env },
  });
  return { ...child, url: LISTENING.exec(child.output())?.[1] ?? '' };
}

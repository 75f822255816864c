import { setTimeout as sleep } from 'node:timers/promises';

import type { FaultInput } from '../../../sandbox/core/faults.ts';
import type { Cluster } from '../harness/cluster.ts';
import { cancel, reprocess, signalReprocess, submit } from '../../support/calls.ts';
import type { Recording } from '../../support/recordings.ts';
import type { Plan, TimedDeed } from './plan.ts';
import { createServers } from './servers.ts';

/** How often each thing was done in a storm, not counting those that met a closed run. */
export type Deeds = Readonly<Record<string, number>>;

const KILLED = {
  killPostgres: 'Postgres',
  killTemporal: 'Temporal',
  killSandbox: 'Sandbox',
  killGateway: 'Gateway',
} as const;

// The sandbox is down for seconds at a time.
const ASK_AGAIN_AFTER_MS = 500;
const ASK_AT_MOST = 120;

/** Carries out the plan. When it resolves, every server is up again. */
export async function runStorm(cluster: Cluster, { deeds, calls }: Plan): Promise<Deeds> {
  const servers = createServers(cluster);
  // Added beforehand, so that the clients always know what to submit.
  const recordings: Recording[] = [];
  for (const deed of deeds) {
    if (deed.kind !== 'start') continue;
    const silence = { transcript: undefined, words: [] };
    recordings[deed.call] = await cluster.addRecording(deed.isSilent ? silence : {});
  }
  const submitted = new Set<number>();
  const done: Record<string, number> = {};

  async function perform(deed: TimedDeed): Promise<boolean> {
    switch (deed.kind) {
      case 'start':
        submitted.add(deed.call);
        return submitRecording(cluster, recordings[deed.call]);
      case 'fault':
        return script(cluster, deed.fault);
      case 'killWorker':
        await servers.killWorker(deed.worker, deed.downMs);
        return true;
      case 'killPostgres':
      case 'killTemporal':
      case 'killSandbox':
      case 'killGateway':
        await servers.kill(KILLED[deed.kind], deed.downMs);
        return true;
      case 'cutLinks':
        await servers.cutLinks(deed.worker);
        return true;
      case 'signal':
      case 'reprocess':
      case 'cancel': {
        const recording = recordings[deed.call];
        if (recording === undefined || !submitted.has(deed.call)) return false;
        const { callSid } = recording;
        if (deed.kind === 'cancel') return cancel(cluster, callSid);
        const request = deed.from === null ? {} : { from: deed.from };
        if (deed.kind === 'signal') return signalReprocess(cluster, callSid, request);
        return (await reprocess(cluster, callSid, request))?.status === 202;
      }
    }
  }

  const begun = performance.now();
  await Promise.all(
    deeds.map(async (deed) => {
      await sleep(Math.max(0, deed.atMs - (performance.now() - begun)));
      if (await perform(deed)) done[deed.kind] = (done[deed.kind] ?? 0) + 1;
    }),
  );
  if ((done['start'] ?? 0) !== calls) throw new Error('Not every client eventually got an answer.');
  return done;
}

/** Scripts a fault as soon as the sandbox is up, because its control plane dies with it. */
async function script(cluster: Cluster, fault: FaultInput): Promise<boolean> {
  for (let asked = 0; asked < ASK_AT_MOST; asked += 1) {
    try {
      await cluster.sandbox.fault(fault);
      return true;
    } catch (error) {
      // fetch throws a TypeError when it cannot connect; a refused fault is a defect of the plan.
      if (!(error instanceof TypeError)) throw error;
      await sleep(ASK_AGAIN_AFTER_MS);
    }
  }
  return false;
}

async function submitRecording(
  cluster: Cluster,
  recording: Recording | undefined,
): Promise<boolean> {
  return recording !== undefined && (await submit(cluster, recording)).status < 300;
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type {
  Call,
  CallAnalysis,
  Company,
  processingLog,
  Transcript,
} from '../../../src/generated/prisma/client.ts';
import { WORKFLOW_TYPE } from '../../../src/domain/names.ts';
import type { ClientOperation } from '../../support/recorder.ts';
import type { Recording } from '../../support/recordings.ts';
import { waitFor } from '../../support/wait-for.ts';
import { canariesOf, type Canary } from './canaries.ts';
import type { Cluster } from './cluster.ts';
import { observeRun, type ObservedRun, type RunInfo } from './observed-run.ts';
import type { IdleSession } from './session-sampler.ts';

/** What the invariants are judged by: what clients asked, and the state of each system now. */
export type Observation = {
  readonly operations: readonly ClientOperation[];
  readonly recordings: readonly Recording[];
  readonly rows: {
    readonly calls: readonly Call[];
    readonly companies: readonly Company[];
    readonly transcripts: readonly Transcript[];
    readonly analyses: readonly CallAnalysis[];
    readonly logs: readonly processingLog[];
  };
  /** Oldest first. */
  readonly runs: readonly ObservedRun[];
  readonly sandbox: {
    readonly hits: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly objects: readonly { readonly name: string; readonly sha256: string }[];
    readonly operations: readonly SpeechOperation[];
  };
  readonly sessions: { readonly samples: number; readonly idle: readonly IdleSession[] };
  /** What may contain nothing of a call: logs of processes, Temporal's database. */
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  readonly canaries: readonly Canary[];
};

type SpeechOperation = {
  readonly name: string;
  readonly callSid: string | null;
  readonly prefix: string | null;
  readonly state: string;
};

/** Observes everything. All servers have to be up, and a worker has to run to answer queries. */
export async function observe(cluster: Cluster): Promise<Observation> {
  const { prisma } = cluster.database;
  const { sandbox, sampler } = cluster;
  const [calls, companies, transcripts, analyses, logs] = await Promise.all([
    prisma.call.findMany({ orderBy: { createdAt: 'asc' } }),
    prisma.company.findMany(),
    prisma.transcript.findMany(),
    prisma.callAnalysis.findMany(),
    prisma.processingLog.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
  ]);
  return {
    operations: cluster.recorder.operations,
    recordings: cluster.recordings,
    rows: { calls, companies, transcripts, analyses, logs },
    runs: await observeRuns(cluster),
    sandbox: {
      hits: await sandbox.hitsByCall(),
      objects: await sandbox.objects(),
      operations: (await sandbox.operations()) as SpeechOperation[],
    },
    sessions: { samples: sampler.samples(), idle: sampler.idleInTransaction() },
    texts: [...(await readLogs(cluster)), ...(await readTemporalDatabase(cluster))],
    canaries: canariesOf(cluster.sandboxProcess.addresses()),
  };
}

/** Every call that a client named. */
function callSidsOf(cluster: Cluster): string[] {
  return [...new Set(cluster.recorder.operations.map(({ callSid }) => callSid))];
}

async function observeRuns(cluster: Cluster): Promise<ObservedRun[]> {
  const infos = await listRuns(cluster);
  const runs: ObservedRun[] = [];
  // One after the other: hundreds of histories at once would keep the server from everything else.
  for (const info of infos) runs.push(await observeRun(cluster.client, info));
  return runs;
}

/**
 * Every run of every call. The list lags behind the runs, so it is read until it shows the newest
 * run of each call as that run describes itself.
 */
async function listRuns({ client, ...cluster }: Cluster): Promise<RunInfo[]> {
  const newest = new Map<string, RunInfo>();
  for (const callSid of callSidsOf({ client, ...cluster })) {
    const info = await client.workflow
      .getHandle(callSid)
      .describe()
      .catch(() => null);
    if (info !== null) newest.set(callSid, info);
  }
  return waitFor(
    'the list of runs to catch up',
    async () => {
      const listed: RunInfo[] = [];
      // The nightly walk through the sites is not a call.
      const query = `WorkflowType = "${WORKFLOW_TYPE}"`;
      for await (const info of client.workflow.list({ query })) listed.push(info);
      const statusOf = new Map(listed.map((info) => [info.runId, info.status.name]));
      const isCurrent = [...newest.values()].every(
        ({ runId, status }) => statusOf.get(runId) === status.name,
      );
      if (!isCurrent) return null;
      // A run's own description is newer than the attributes in the list.
      return listed
        .map((info) => {
          const described = newest.get(info.workflowId);
          return described?.runId === info.runId ? described : info;
        })
        .toSorted((one, other) => one.startTime.getTime() - other.startTime.getTime());
    },
    30_000,
  );
}

async function readLogs({ folder }: Cluster): Promise<Observation['texts']> {
  const names = (await readdir(join(folder, 'logs'))).filter((name) =>
    /^(worker|gateway)/.test(name),
  );
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(folder, 'logs', name), 'utf8') })),
  );
}

async function readTemporalDatabase({ folder }: Cluster): Promise<Observation['texts']> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('temporal.db'));
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'latin1') })),
  );
}

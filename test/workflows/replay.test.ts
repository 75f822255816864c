import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';

import { quietRuntime } from '../support/quiet-runtime.ts';
import { WORKFLOWS_PATH } from './workflow-test.ts';

// Runs that began under an earlier version of the workflow continue under this one. A change that
// would break them fails here, before it breaks a call that has been parked for weeks.

const HISTORIES = join(import.meta.dirname, '../histories');
const ROOT = join(import.meta.dirname, '../..');
const logger = new DefaultLogger('ERROR');

type History = {
  events: { workflowExecutionStartedEventAttributes?: { workflowId: string } }[];
};

async function readHistories(): Promise<{ name: string; workflowId: string; history: History }[]> {
  const names = (await readdir(HISTORIES)).filter((name) => name.endsWith('.json'));
  return Promise.all(
    names.map(async (name) => {
      const history = JSON.parse(await readFile(join(HISTORIES, name), 'utf8')) as History;
      const started = history.events[0]?.workflowExecutionStartedEventAttributes;
      return { name, workflowId: started?.workflowId ?? '', history };
    }),
  );
}

/** Replays every history, and returns the names of those that this code cannot have produced. */
async function replayAll(workflowsPath: string): Promise<string[]> {
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  quietRuntime();
  const histories = await readHistories();
  const broken: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle, replayName: 'replay-test' },
    histories,
  )) {
    if (error === undefined) continue;
    broken.push(histories.find((one) => one.workflowId === workflowId)?.name ?? workflowId);
  }
  return broken;
}

describe('replaying recorded histories', () => {
  it('covers runs of every kind: happy, parked, resumed, rewound, cancelled, mid-flight, a walk, many calls', async () => {
    const names = (await readHistories()).map(({ name }) => name);
    for (const kind of [
      'happy',
      'parked',
      'resumed',
      'rewound',
      'cancelled',
      'mid-flight',
      'site-walk',
      'bulk-reprocess',
    ]) {
      assert.ok(
        names.some((name) => name.startsWith(kind)),
        kind,
      );
    }
  });

  it('succeeds for all of them with the current workflow', async () => {
    assert.deepEqual(await replayAll(WORKFLOWS_PATH), []);
  });

  it('fails when two steps are swapped', async () => {
    await mkdir(join(ROOT, '.data'), { recursive: true });
    const copy = await mkdtemp(join(ROOT, '.data/swapped-'));
    try {
      for (const layer of ['workflows', 'domain']) {
        await cp(join(ROOT, 'src', layer), join(copy, layer), { recursive: true });
      }
      const path = join(copy, 'workflows/step-activities.ts');
      const source = await readFile(path, 'utf8');
      const swapped = source
        .replace('  archiveRecording,\n', '  archiveRecording: matchCompany,\n')
        .replace('  matchCompany,\n', '  matchCompany: archiveRecording,\n');
      assert.notEqual(swapped, source);
      await writeFile(path, swapped);
      const broken = await replayAll(join(copy, 'workflows/index.ts'));
      assert.ok(broken.includes('happy.json') && broken.includes('resumed.json'), broken.join());
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});

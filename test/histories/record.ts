import '../../src/process/node-version.cjs';

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

import { walkSites } from '../../src/clients/temporal/site-directory-walk.ts';
import { readArguments, refuseArguments } from '../../src/process/arguments.ts';
import { bulkReprocessIdOf, SITE_DIRECTORY_ID, type Step } from '../../src/domain/names.ts';
import type { StatusReport } from '../../src/domain/call-run.ts';
import { startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { mochaGlobalTeardown } from '../support/global.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// Recorded histories are never replaced, because a run like an old one may still be parked somewhere.

const ROOT = join(import.meta.dirname, '../..');

const MODEL_REFUSES = { system: 'languageModel', action: { status: 401 } };

type Run = { readonly callSid: string; readonly runId?: string };

const SCENARIOS = {
  async happy(service: Service): Promise<Run> {
    const { callSid } = await startCall(service);
    await service.client.workflow.getHandle(callSid).result();
    return { callSid };
  },

  async parked(service: Service): Promise<Run> {
    const { callSid } = await startCall(service, { faults: [MODEL_REFUSES] });
    await untilStatus(service, callSid, 'FAILED');
    return { callSid };
  },

  async resumed(service: Service): Promise<Run> {
    const { callSid } = await SCENARIOS.parked(service);
    const handle = service.client.workflow.getHandle(callSid);
    await handle.signal('reprocess', { reason: 'key renewed' });
    await handle.result();
    return { callSid };
  },

  async 'both-branches-parked-and-resumed'(service: Service): Promise<Run> {
    const { callSid } = await startCall(service, {
      faults: [
        { system: 'speech', operation: 'BatchRecognize', action: { status: 'INVALID_ARGUMENT' } },
        { system: 'connectwise', action: { status: 403 } },
      ],
    });
    const handle = service.client.workflow.getHandle(callSid);
    await waitFor('both branches to be parked', async () => {
      const { parked } = await handle.query<StatusReport>('status');
      return parked.length === 2;
    });
    await handle.signal('reprocess');
    await handle.result();
    return { callSid };
  },

  async 'rewound-first-run'(service: Service): Promise<Run> {
    const { callSid } = await SCENARIOS.parked(service);
    const handle = service.client.workflow.getHandle(callSid);
    const { runId } = await handle.describe();
    const from: Step = 'matchCompany';
    await handle.signal('reprocess', { from });
    await handle.result();
    return { callSid, runId };
  },

  async 'reprocessed-after-completion'(service: Service): Promise<Run> {
    const { callSid } = await SCENARIOS.happy(service);
    await service.request('POST', `/calls/${callSid}/reprocess`);
    await service.client.workflow.getHandle(callSid).result();
    return { callSid };
  },

  async cancelled(service: Service): Promise<Run> {
    const { callSid } = await SCENARIOS.parked(service);
    const handle = service.client.workflow.getHandle(callSid);
    await handle.cancel();
    await handle.result().catch(() => undefined);
    return { callSid };
  },

  async 'mid-flight'(service: Service): Promise<Run> {
    const { callSid } = await startCall(service, {
      faults: [{ system: 'speech', operation: 'BatchRecognize', action: { delayMs: 3_000 } }],
    });
    await waitFor('the transcription to be under way', async () => {
      const hits = await service.sandbox.hitsOf(callSid);
      const { steps } = await service.client.workflow
        .getHandle(callSid)
        .query<StatusReport>('status');
      return hits['speech.BatchRecognize'] === 1 && steps.matchCompany === 'DONE';
    });
    return { callSid };
  },

  async 'bulk-reprocess'(service: Service): Promise<Run> {
    for (const fault of [MODEL_REFUSES, MODEL_REFUSES]) {
      const { callSid } = await startCall(service, { faults: [fault] });
      await untilStatus(service, callSid, 'FAILED');
    }
    const { body } = await service.request('POST', '/reprocesses', { filter: {} });
    const callSid = bulkReprocessIdOf(String(body['id']));
    await service.client.workflow.getHandle(callSid).result();
    return { callSid };
  },

  async 'site-walk'(service: Service): Promise<Run> {
    // More than the fifty companies of a page.
    await service.sandbox.addConnectWise({
      companies: Array.from({ length: 60 }, (_, index) => ({
        id: 5_000 + index,
        identifier: `Many${index}`,
        name: `Many ${index}`,
      })),
    });
    await walkSites(service.client);
    const { info } = await service.client.schedule.getHandle(SITE_DIRECTORY_ID).describe();
    return { callSid: info.recentActions.at(-1)?.action.workflow.workflowId ?? '' };
  },
};

/** Removes whatever identifies the machine of the recording, none of which a replay needs. */
function anonymise(history: unknown): unknown {
  return JSON.parse(JSON.stringify(history), (key, value: unknown) => {
    if (key === 'stackTrace') return undefined;
    return key === 'identity' || key === 'lastWorkerIdentity' ? 'recorded' : value;
  });
}

/** Where a run is recorded, from the root of the project. */
function fileOf(name: string): string {
  return `test/histories/${name}.json`;
}

const command = {
  name: 'npm run histories:record',
  does: 'Records real runs into test/histories/, which the replay test replays from then on.',
  operands: {
    name: 'NAME',
    help: `The runs to record: ${Object.keys(SCENARIOS).join(', ')}.`,
    atLeast: 1,
  },
};

const { operands: wanted } = readArguments(command);
const unknown = wanted.find((name) => !Object.keys(SCENARIOS).includes(name));
if (unknown !== undefined) refuseArguments(command, `There is no run called ${unknown}`);
const recorded = wanted.map(fileOf).find((file) => existsSync(join(ROOT, file)));
if (recorded !== undefined) {
  console.error(
    `Nothing was recorded, because ${recorded} exists and runs like it may still be parked: to replace it on purpose, first run "git rm ${recorded}".`,
  );
  process.exit(1);
}

const service = await startService();
try {
  for (const [name, run] of Object.entries(SCENARIOS)) {
    if (!wanted.includes(name)) continue;
    const { callSid, runId } = await run(service);
    const history = await service.client.workflow.getHandle(callSid, runId).fetchHistory();
    const json = JSON.stringify(anonymise(JSON.parse(historyToJSON(history))), null, 1);
    // Fails, too, if the file has appeared meanwhile.
    await writeFile(join(ROOT, fileOf(name)), `${json}\n`, { flag: 'wx' });
    console.log(`Recorded ${fileOf(name)}`);
  }
} finally {
  await service.stop();
  await mochaGlobalTeardown();
}

import { join } from 'node:path';

import { migrate } from '../../prisma/engine/apply.ts';
import { sandboxEnvironment, type SandboxAddresses } from '../../sandbox/environment.ts';
import type { CallKey } from '../../src/domain/call.ts';
import { startChild } from '../ground/child.ts';
import type { Ground } from '../ground/ground.ts';
import { numberOf } from '../answers/callers.ts';
import { ownName, POOL_SIZE, type Contestant } from './contestant.ts';
import { callsOn, OUR_WORKFLOWS } from './workers.ts';

export const throughSandbox: Contestant = {
  name: 'ours, sandbox',
  does: 'the worker as it is, with the outside systems over HTTP and gRPC in a process of their own',
  async start(ground, { outsideMs, metricsAddress }) {
    if (metricsAddress !== undefined) throw new Error('src/worker.ts shows no metrics.');
    const name = ownName('sandbox');
    const url = ground.postgres.url(name);
    await migrate(url);
    const addresses = await startOutside(ground, name, outsideMs);
    const worker = await startChild(ground, {
      name: `${name}-worker`,
      script: 'src/worker.ts',
      ready: /The worker takes calls/,
      env: {
        ...environmentOf(ground, { addresses, databaseUrl: url, taskQueue: name }),
        WORKFLOW_BUNDLE: await ground.bundle(OUR_WORKFLOWS),
      },
    });
    return {
      worker,
      database: name,
      async prepare(keys) {
        for (const key of keys) await addRecording(addresses.controlUrl, key);
      },
      process: callsOn(ground, name),
    };
  },
};

/** What a worker, or a gateway, beside the sandbox is given. */
export function environmentOf(
  { temporal }: Ground,
  service: {
    readonly addresses: SandboxAddresses;
    readonly databaseUrl: string;
    readonly taskQueue: string;
  },
): Record<string, string> {
  return {
    ...sandboxEnvironment(service.addresses),
    DATABASE_URL: service.databaseUrl,
    DATABASE_POOL_SIZE: String(POOL_SIZE),
    TEMPORAL_ADDRESS: temporal.address,
    TASK_QUEUE: service.taskQueue,
    // As for the in-process clients: the bench measures the work, not the waiting.
    CONNECTWISE_REQUESTS_PER_MINUTE: '100000',
  };
}

/** Starts the sandbox in a process of its own; a transcription takes it `outsideMs`. */
export async function startOutside(
  ground: Ground,
  name: string,
  outsideMs: number,
): Promise<SandboxAddresses> {
  const outside = await startChild(ground, {
    name: `${name}-outside`,
    script: 'sandbox/main.ts',
    args: [
      `--data-dir=${join(ground.folder, name)}`,
      '--base-port=0',
      `--speech-seconds=${outsideMs / 1_000}`,
    ],
    env: {},
    ready: /^\{"addresses":/m,
  });
  const line =
    outside
      .output()
      .split('\n')
      .find((each) => each.startsWith('{"addresses":')) ?? '';
  return (JSON.parse(line) as { addresses: SandboxAddresses }).addresses;
}

async function addRecording(controlUrl: string, key: CallKey): Promise<void> {
  const reply = await fetch(`${controlUrl}/recordings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      callRecordingId: key.callSid,
      recordgroup: key.recordgroup,
      recordid: key.recordid,
      // A length of its own (in samples of 1/8000 s), by which the sandbox tells recordings apart.
      audio: { generate: { kind: 'noise', seconds: 1 + Number(key.recordid) / 8_000 } },
      metadata: { snumber: numberOf(key.callSid), cnumber: '+442079460000' },
      transcript: `The printer on the second floor has stopped, ticket ${key.recordid} please.`,
    }),
  });
  if (!reply.ok) throw new Error(`The sandbox refused the recording: ${await reply.text()}`);
}

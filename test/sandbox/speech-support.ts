import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { protos, v2 } from '@google-cloud/speech';
import { credentials } from '@grpc/grpc-js';
import { GoogleAuth, googleAuthLibrary } from 'google-gax';
import type { FaultInput } from '../../sandbox/core/faults.ts';
import { BUCKET, type SandboxAddresses } from '../../sandbox/environment.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';

const MAIN = join(import.meta.dirname, '../../sandbox/main.ts');

export const RECOGNIZER = 'projects/sandbox/locations/eu/recognizers/_';

export type BatchRequest = NonNullable<Parameters<v2.SpeechClient['batchRecognize']>[0]>;
export type Config = NonNullable<BatchRequest['config']>;

/** What the service requests: every channel, punctuation and word times. */
export const CONFIG: Config = {
  autoDecodingConfig: {},
  model: 'telephony',
  languageCodes: ['en-GB'],
  features: {
    enableWordTimeOffsets: true,
    enableAutomaticPunctuation: true,
    multiChannelMode: 'SEPARATE_RECOGNITION_PER_CHANNEL',
  },
};

/** A folder for the sandbox's state and one for its samples. `start` may be called again after a stop. */
export type SpeechRig = {
  start(options?: { speechSeconds?: number }): Promise<RunningRig>;
  /** The same in a separate process, which `stop` ends with SIGKILL. */
  startProcess(options: { speechSeconds: number }): Promise<RunningRig>;
  /** Adds a sample with this callSid: a WAV file and its JSON. */
  addSample(callSid: string, wav: Buffer, words?: object[]): void;
  remove(): Promise<void>;
};

export type RunningRig = {
  readonly addresses: SandboxAddresses;
  readonly client: v2.SpeechClient;
  /** Stores an object under the service's name for the recording of this call, and returns its gs:// URI. */
  archive(callSid: string, bytes: Uint8Array): Promise<string>;
  fault(input: FaultInput): Promise<void>;
  control<T>(path: string): Promise<T>;
  readObject(uri: string): Promise<string>;
  /** Lists the operations through the official client: their names in order, page by page. */
  listOperationNames(pageSize?: number): Promise<string[]>;
  getOperation(name: string): Promise<{ done: boolean; error?: unknown; response?: unknown }>;
  cancelOperation(name: string): Promise<void>;
  stop(): Promise<void>;
};

export function createSpeechRig(): SpeechRig {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-speech-'));
  const samplesDir = join(folder, 'samples');
  mkdirSync(samplesDir);
  let running: RunningRig | null = null;
  return {
    async start({ speechSeconds = 0.2 } = {}) {
      const dataDir = join(folder, 'data');
      const sandbox = await startSandbox({ dataDir, samplesDir, speechSeconds });
      running = toRig(sandbox.addresses, () => sandbox.stop());
      return running;
    },
    async startProcess({ speechSeconds }) {
      const flags = ['--data-dir', join(folder, 'data'), '--samples-dir', samplesDir];
      const times = ['--base-port', '0', '--speech-seconds', String(speechSeconds)];
      const child = spawn(process.execPath, [MAIN, ...flags, ...times], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      const [line]: string[] = await once(createInterface(child.stdout), 'line');
      const { addresses }: { addresses: SandboxAddresses } = JSON.parse(line ?? '');
      running = toRig(addresses, async () => {
        child.kill('SIGKILL');
        await exited;
      });
      return running;
    },
    addSample(callSid, wav, words) {
      const sample = { callRecordingId: callSid, recordgroup: 'support', recordid: `r${callSid}` };
      writeFileSync(join(samplesDir, `${callSid}.wav`), wav);
      writeFileSync(join(samplesDir, `${callSid}.json`), JSON.stringify({ ...sample, words }));
    },
    async remove() {
      await running?.stop();
      running = null;
      rmSync(folder, { recursive: true });
    },
  };
}

function toRig(addresses: SandboxAddresses, stop: () => Promise<void>): RunningRig {
  const { controlUrl, storageApiEndpoint, speechApiEndpoint } = addresses;
  const client = createClient(speechApiEndpoint);
  let isStopped = false;
  return {
    addresses,
    client,
    async archive(callSid, bytes) {
      const name = `call-recordings/${callSid}.wav`;
      const query = new URLSearchParams({ uploadType: 'media', name });
      await post(
        `${storageApiEndpoint}/upload/storage/v1/b/${BUCKET}/o?${query.toString()}`,
        bytes,
        {
          'content-type': 'audio/wav',
        },
      );
      return `gs://${BUCKET}/${name}`;
    },
    async fault(input) {
      const headers = { 'content-type': 'application/json' };
      await post(`${controlUrl}/faults`, JSON.stringify(input), headers);
    },
    async control<T>(path: string): Promise<T> {
      const content: T = JSON.parse(await (await fetch(`${controlUrl}${path}`)).text());
      return content;
    },
    async readObject(uri) {
      const name = encodeURIComponent(uri.replace(`gs://${BUCKET}/`, ''));
      const url = `${storageApiEndpoint}/storage/v1/b/${BUCKET}/o/${name}?alt=media`;
      const response = await fetch(url);
      if (!response.ok) {
        throw new Error(`Failed to read the object: HTTP ${String(response.status)}.`);
      }
      return response.text();
    },
    async listOperationNames(pageSize = 10) {
      const { ListOperationsRequest } = protos.google.longrunning;
      const request = { name: 'projects/sandbox/locations/eu', pageSize };
      const pages = client.operationsClient.listOperationsAsync(
        ListOperationsRequest.create(request),
        { autoPaginate: false },
      );
      const names: string[] = [];
      for await (const operation of pages) {
        // The client's types are wrong here: one element is one operation.
        const { name }: { name: string } = JSON.parse(JSON.stringify(operation));
        names.push(name);
      }
      return names;
    },
    async getOperation(name) {
      const { GetOperationRequest } = protos.google.longrunning;
      const [operation] = await client.operationsClient.getOperation(
        GetOperationRequest.create({ name }),
      );
      return operation;
    },
    async cancelOperation(name) {
      const { CancelOperationRequest } = protos.google.longrunning;
      await client.operationsClient.cancelOperation(CancelOperationRequest.create({ name }));
    },
    async stop() {
      if (!isStopped) {
        isStopped = true;
        await stop();
        await client.close();
      }
    },
  };
}

async function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string>,
): Promise<void> {
  const response = await fetch(url, { method: 'POST', body, headers });
  if (!response.ok) {
    throw new Error(
      `Failed to prepare the test: HTTP ${String(response.status)} ${await response.text()}`,
    );
  }
}

/** The official client. Our own auth client keeps it from calling the cloud's metadata server. */
function createClient(endpoint: string): v2.SpeechClient {
  const { hostname, port } = new URL(endpoint);
  return new v2.SpeechClient({
    servicePath: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    projectId: 'sandbox',
    auth: new GoogleAuth({ authClient: new googleAuthLibrary.PassThroughClient() }),
  });
}

/** A 16-bit PCM file of silence; `format` makes it claim another encoding. */
export function wav(
  options: { seconds?: number; channels?: number; format?: number; mark?: number } = {},
): Buffer {
  const { seconds = 1, channels = 1, format = 1, mark = 0 } = options;
  const data = Buffer.alloc(Math.round(8000 * seconds) * channels * 2);
  // A mark makes silent files differ from each other.
  data.writeUInt16LE(mark);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(format, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000 * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

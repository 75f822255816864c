// A sandbox that is killed and restarted on the same folder continues as if nothing had happened, and
// one that cannot start says why.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { BUCKET, sandboxEnvironment } from '../../sandbox/environment.ts';
import type { SandboxAddresses } from '../../sandbox/environment.ts';

const MAIN = join(import.meta.dirname, '../../sandbox/main.ts');
const UNIT = 256 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

type ChildProcess = ChildProcessByStdio<null, Readable, Readable>;

describe('sandbox process', () => {
  let dataDir: string;
  let children: ChildProcess[];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sandbox-restart-'));
    children = [];
  });

  afterEach(() => {
    children.forEach((child) => child.kill('SIGKILL'));
    rmSync(dataDir, { recursive: true, maxRetries: 3 });
  });

  function run(...flags: string[]): ChildProcess {
    const child = spawn(process.execPath, [MAIN, '--data-dir', dataDir, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    return child;
  }

  async function start(): Promise<{ child: ChildProcess; addresses: SandboxAddresses }> {
    const child = run('--base-port', '0', '--speech-seconds', '60');
    const [line = '']: string[] = await once(createInterface(child.stdout), 'line');
    const ready: { addresses: SandboxAddresses } = JSON.parse(line);
    return { child, addresses: ready.addresses };
  }

  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
    child.kill(signal);
    const [code]: unknown[] = await once(child, 'exit');
    return code;
  }

  async function post(address: string, body: unknown): Promise<void> {
    const init = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) };
    assert.equal((await fetch(address, init)).status, 201);
  }

  async function stateOf({ controlUrl }: SandboxAddresses): Promise<unknown[]> {
    const paths = ['/hits', '/faults', '/objects', '/samples', '/operations'];
    return Promise.all(paths.map(async (path) => (await fetch(controlUrl + path)).json()));
  }

  it('loses no object, hit, fault, recording or unfinished upload when it is killed', async () => {
    const first = await start();
    const { controlUrl, storageApiEndpoint } = first.addresses;
    await post(`${controlUrl}/recordings`, {
      callRecordingId: '1.1',
      recordgroup: '1',
      recordid: '1',
      words: [],
      audio: { generate: { kind: 'noise', seconds: 1 } },
    });
    const fault = {
      system: 'storage',
      operation: 'objects.media',
      times: 3,
      action: { status: 503 },
    };
    await post(`${controlUrl}/faults`, fault);
    const upload = `${storageApiEndpoint}/upload/storage/v1/b/${BUCKET}/o`;
    const content = Buffer.alloc(2 * UNIT, 'content');
    const object = `${storageApiEndpoint}/storage/v1/b/${BUCKET}/o/kept`;
    await fetch(`${upload}?uploadType=media&name=kept`, { method: 'POST', body: content });
    assert.equal((await fetch(`${object}?alt=media`)).status, 503);
    const begun = await fetch(`${upload}?uploadType=resumable&name=half`, { method: 'POST' });
    const session = new URL(begun.headers.get('location') ?? '');
    const range = { 'content-range': `bytes 0-${UNIT - 1}/${2 * UNIT}` };
    await fetch(session, { method: 'PUT', headers: range, body: content.subarray(0, UNIT) });
    const before = await stateOf(first.addresses);
    assert.match(JSON.stringify(before[1]), /"times":2/);
    await end(first.child, 'SIGKILL');

    const second = await start();
    assert.deepEqual(await stateOf(second.addresses), before);
    session.host = new URL(second.addresses.storageApiEndpoint).host;
    const rest = { 'content-range': `bytes ${UNIT}-${2 * UNIT - 1}/${2 * UNIT}` };
    const done = await fetch(session, {
      method: 'PUT',
      headers: rest,
      body: content.subarray(UNIT),
    });
    assert.equal(done.status, 200);
    const kept = new URL(`${object}?alt=media`);
    kept.host = session.host;
    const replies = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await fetch(kept);
      replies.push(response.status);
      assert.equal(response.ok, Buffer.from(await response.arrayBuffer()).equals(content));
    }
    assert.deepEqual(replies, [503, 503, 200]);
  });

  it('stops with exit code 0 on SIGTERM and SIGINT, even while a request hangs', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, addresses } = await start();
      await post(`${addresses.controlUrl}/faults`, {
        system: 'phoneSystem',
        action: { hang: true },
      });
      const url = `${addresses.phoneSystemUrl}/api/json/recording/recordings/get`;
      const hanging = assert.rejects(fetch(url));
      const hits = async () => (await fetch(`${addresses.controlUrl}/hits`)).text();
      while (!(await hits()).includes('phoneSystem.recordings.get'));
      assert.equal(await end(child, signal), 0);
      await hanging;
    }
  });

  it('names the stand-in whose port is in use, and leaves none of the others running', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    assert.ok(address !== null && typeof address === 'object');
    const { port } = address;
    // The phone system listens ten above the first port.
    const child = run('--base-port', String(port - 10));
    const [printed, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    taken.close();
    assert.equal(code, 1);
    const sentence = `sandbox's phone system on 127\\.0\\.0\\.1:${port}: .*EADDRINUSE.*choose another port\\.`;
    assert.match(printed, new RegExp(`^Failed to start the ${sentence}\n$`));
  });

  it('gives a worker every address and credential it needs', async () => {
    const { child, addresses } = await start();
    const environment = sandboxEnvironment(addresses);
    assert.equal(environment['STORAGE_API_ENDPOINT'], addresses.storageApiEndpoint);
    const { PHONE_SYSTEM_URL, PHONE_SYSTEM_USERNAME, PHONE_SYSTEM_PASSWORD } = environment;
    const phone = await fetch(
      `${PHONE_SYSTEM_URL}/api/json/recording/recordings/get?auth_username=${PHONE_SYSTEM_USERNAME}` +
        `;auth_password=${PHONE_SYSTEM_PASSWORD};recordgroup=1;recordid=1`,
    );
    assert.match(await phone.text(), /"code":404/);
    const member = `${environment['CONNECTWISE_COMPANY_ID']}+${environment['CONNECTWISE_PUBLIC_KEY']}`;
    const basic = Buffer.from(`${member}:${environment['CONNECTWISE_PRIVATE_KEY']}`);
    const companies = await fetch(`${environment['CONNECTWISE_URL']}/company/companies`, {
      headers: {
        authorization: `Basic ${basic.toString('base64')}`,
        clientId: environment['CONNECTWISE_CLIENT_ID'] ?? '',
      },
    });
    assert.equal(companies.status, 200);
    const models = await fetch(`${environment['LLM_BASE_URL']}/models`, {
      headers: { authorization: `Bearer ${environment['LLM_API_KEY']}` },
    });
    assert.match(await models.text(), new RegExp(`"${environment['LLM_MODEL']}"`));
    await end(child, 'SIGTERM');
  });
});

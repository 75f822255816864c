// npm start brings everything up, shows the samples, stops cleanly, and finds its data again.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { processIdentity } from '../../local/process/identity.ts';
import { isFree } from '../../local/process/ports.ts';

const START = fileURLToPath(new URL('../../local/start.ts', import.meta.url));

// Away from the defaults, so that a developer's own npm start may be running, and below the ports for
// outgoing connections (on Linux from 32768), one of which another test might be using.
const OFFSET = 17_000;

type Run = {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<number | null>;
};

describe('npm start', () => {
  let dataFolder: string;
  const running = new Set<Run>();

  before(() => {
    dataFolder = mkdtempSync(join(tmpdir(), 'start-test-'));
    chmodSync(dataFolder, 0o755);
  });
  after(async () => {
    for (const run of running) run.child.kill('SIGTERM');
    await Promise.all([...running].map(({ ended }) => ended));
    rmSync(dataFolder, { recursive: true, force: true });
  });

  function start(...args: string[]): Run {
    const child = spawn(process.execPath, [START, ...args], {
      cwd: join(START, '../..'),
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
        TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'],
        LOCAL_DATA_FOLDER: dataFolder,
        LOCAL_PORT_OFFSET: String(OFFSET),
      },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    }
    const run: Run = {
      child,
      output: () => text,
      ended: new Promise((resolve) => {
        child.once('exit', (code) => {
          running.delete(run);
          resolve(code);
        });
      }),
    };
    running.add(run);
    return run;
  }

  async function untilWritten(run: Run, pattern: RegExp): Promise<void> {
    let code: number | null | undefined;
    void run.ended.then((ended) => (code = ended));
    while (!pattern.test(run.output())) {
      assert.equal(code, undefined, run.output());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('refuses to start when a port is in use, and names the port and the remedy', async () => {
    const other = await listen(7233 + OFFSET);
    try {
      const run = start();
      assert.equal(await run.ended, 1);
      assert.match(run.output(), /Port 24233 \(Temporal\) is in use.*LOCAL_PORT_OFFSET/);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it('starts everything, and shows each sample and how to reprocess the one that fails', async () => {
    const run = start();
    await untilWritten(run, /Ctrl-C stops everything/);
    const output = run.output();
    assert.match(output, /FAILED +Kestrel Accountants/);
    assert.match(output, /given up at analyzeTranscript: MODEL_CREDENTIALS_REFUSED/);
    assert.match(
      output,
      /npm run temporal -- workflow signal -w 1772615423\.1117 --name reprocess/,
    );
    assert.match(output, /COMPLETED +Brightwater Dental/);
    assert.doesNotMatch(output, /not as expected/);

    const second = start();
    assert.equal(await second.ended, 1);
    assert.match(
      second.output(),
      /already running here \(process \d+, gateway http:\/\/127\.0\.0\.1:20000\)/,
    );

    const parts = partsOf(dataFolder);
    assert.equal(parts.length, 5);
    run.child.kill('SIGINT');
    assert.equal(await run.ended, 0, run.output());
    assert.match(
      run.output(),
      /stopping the gateway\n.*worker\n.*sandbox\n.*Temporal server\n.*PostgreSQL server\n/,
    );
    for (const { name, pid, identity } of parts)
      assert.notEqual(processIdentity(pid), identity, name);
    for (const port of [20_000, 21_000, 24_233, 25_233, 32_432])
      assert.ok(await isFree(port), `${port}`);
  });

  it('finds its data again and, with --once, exits with code 0', async () => {
    const run = start('--once');
    assert.equal(await run.ended, 0, run.output());
    assert.match(run.output(), /Migrations +up to date/);
    assert.match(run.output(), /1772443820\.1041 +\(from an earlier run\)/);
    assert.match(run.output(), /FAILED +Kestrel Accountants/);
  });

  it('stops everything and exits with a message when a part dies', async () => {
    const run = start();
    await untilWritten(run, /Ctrl-C stops everything/);
    const parts = partsOf(dataFolder);
    const worker = parts.find(({ name }) => name === 'worker');
    assert.ok(worker);
    process.kill(worker.pid, 'SIGKILL');
    assert.equal(await run.ended, 1);
    assert.match(
      run.output(),
      /The worker stopped unexpectedly\. Its last output:\n.*\n[^]*worker\.log/,
    );
    for (const { name, pid, identity } of parts)
      assert.notEqual(processIdentity(pid), identity, name);
  });
});

function partsOf(dataFolder: string) {
  const record = JSON.parse(readFileSync(join(dataFolder, 'run.json'), 'utf8')) as {
    parts: { name: string; pid: number; identity: string }[];
  };
  return record.parts;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

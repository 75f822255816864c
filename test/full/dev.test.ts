// npm run dev runs the code as it is now, survives code that does not run, and ends cleanly.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { processIdentity } from '../../local/process/identity.ts';
import { isFree } from '../../local/process/ports.ts';
import { createGatewayClient } from '../../local/samples/gateway-client.ts';
import { readSamples } from '../../local/samples/sample.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = join(import.meta.dirname, '../..');

// Away from npm start's ports, from those of its own test (17000) and of the benchmark (15000), and
// below those of outgoing connections (Linux: from 32768).
const OFFSET = 13_000;
const GATEWAY = `http://127.0.0.1:${3000 + OFFSET}`;
const CONTROL = `http://127.0.0.1:${4000 + OFFSET}`;

// A start of everything and three of the two take half a minute on two cores that are not shared.
const TIMEOUT_MS = 240_000;

describe('npm run dev', function () {
  this.timeout(TIMEOUT_MS);
  let copy: string;
  let dataFolder: string;
  const running = new Set<ReturnType<typeof run>>();

  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'dev-test-'));
    for (const each of ['src', 'local', 'prisma', 'sandbox', 'package.json', 'prisma.config.ts']) {
      cpSync(join(ROOT, each), join(copy, each), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    dataFolder = mkdtempSync(join(tmpdir(), 'dev-test-data-'));
    // PostgreSQL runs as another user than root, and has to get through.
    chmodSync(dataFolder, 0o755);
  });
  after(async () => {
    for (const { child } of running) child.kill('SIGTERM');
    await Promise.all([...running].map(({ ended }) => ended));
    for (const folder of [copy, dataFolder]) rmSync(folder, { recursive: true, force: true });
  });

  function run(script: string, ...args: string[]) {
    const child = spawn(process.execPath, [join(copy, script), ...args], {
      cwd: copy,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
        TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'],
        LOCAL_DATA_FOLDER: dataFolder,
        LOCAL_PORT_OFFSET: String(OFFSET),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    }
    const ended = once(child, 'close').then(() => {
      running.delete(started);
      return child.exitCode;
    });
    const started = {
      child,
      ended,
      output: () => output,
      /** Waits for something that it has not written before. */
      async writes(pattern: RegExp): Promise<void> {
        await waitFor(String(pattern), async () => {
          const found = pattern.exec(output.slice(seen));
          if (found === null) {
            assert.equal(child.exitCode, null, output);
            return false;
          }
          seen += found.index + found[0].length;
          return true;
        });
      },
    };
    let seen = 0;
    running.add(started);
    return started;
  }

  function edit(file: string, change: (text: string) => string): void {
    const path = join(copy, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  }

  it('says what to do when no npm start is running', async () => {
    const dev = run('local/dev.ts');
    assert.equal(await dev.ended, 1);
    assert.match(dev.output(), /^No npm start is running here:.*--without-service"\.\n$/);
  });

  it('restarts on a change, outlives a syntax error, and ends both on Ctrl-C', async () => {
    const start = run('local/start.ts', '--without-service');
    await start.writes(/npm run dev\n[^]*Ctrl-C stops everything/);
    assert.doesNotMatch(start.output(), /✔ (Worker|Gateway)/);

    const dev = run('local/dev.ts');
    // In either order.
    await Promise.all([
      waitFor('the gateway', async () => /gateway \| .*Server listening/.test(dev.output())),
      waitFor('the worker', async () => /worker {2}\| .*The worker takes calls/.test(dev.output())),
    ]);
    // Both use what npm start has started.
    const sample = (await readSamples(CONTROL)).samples.find(
      ({ expect }) => expect.status === 'COMPLETED',
    );
    assert.ok(sample);
    const gateway = createGatewayClient(GATEWAY);
    await gateway.submit(sample);
    await waitFor(
      'the sample call to be COMPLETED',
      async () => (await gateway.readCall(sample.callRecordingId))?.status === 'COMPLETED',
    );

    await dev.writes(/$/);
    // Workflow code is bundled and not imported, and restarts the worker all the same.
    edit('src/workflows/index.ts', (text) => `${text}\n`);
    await dev.writes(/src\/workflows\/index\.ts has changed/);
    edit('src/server.ts', (text) => `console.log('as changed by the test');\n${text}`);
    await dev.writes(/src\/server\.ts has changed/);
    await dev.writes(/gateway \| as changed by the test/);
    await dev.writes(/The worker takes calls/);

    // Of a file that both read.
    edit('src/config.ts', (text) => `const = ;\n${text}`);
    await dev.writes(
      /SyntaxError[^]*the gateway ended \(exit 1\); it starts again when a file in src\/ changes/,
    );
    edit('src/config.ts', (text) => text.replace('const = ;\n', ''));
    await dev.writes(/gateway \| .*Server listening/);
    assert.ok((await fetch(`${GATEWAY}/healthz`)).ok);

    const pids = [
      ...new Set([...dev.output().matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid))),
    ];
    // Three gateways that got so far, and as many workers as logged anything.
    assert.ok(pids.length >= 4, dev.output());
    dev.child.kill('SIGINT');
    assert.equal(await dev.ended, 0, dev.output());
    for (const pid of pids) assert.equal(processIdentity(pid), null, dev.output());
    assert.ok(await isFree(3000 + OFFSET));

    start.child.kill('SIGINT');
    assert.equal(await start.ended, 0, start.output());
  });
});

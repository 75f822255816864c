// npm start in a real terminal, where Ctrl-C reaches npm and all its programs at once, and npm passes it on: what
// test/field/21-ctrl-c-in-a-terminal.md expects.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { processIdentity } from '../../local/process/identity.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = join(import.meta.dirname, '../..');

// Not among the ports of other tests, and below those for outgoing connections (see start.test.ts).
const OFFSET = 16_300;

/** Runs its arguments on a pseudo-terminal of their own, between its own two pipes, and ends as they do. */
const IN_TERMINAL =
  'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

const CTRL_C = '\u0003';

// A slow second of a person. Within one, it counts as the same Ctrl-C, which npm passes on.
const SECONDS_LATER_MS = 2_500;

type Terminal = {
  readonly child: ChildProcess;
  output(): string;
  press(key: string): void;
  readonly ended: Promise<number | null>;
};

type RecordedPart = { readonly name: string; readonly pid: number; readonly identity: string };

describe('npm start in a terminal', () => {
  let dataFolder: string;
  const open = new Set<Terminal>();

  before(() => {
    dataFolder = mkdtempSync(join(tmpdir(), 'terminal-test-'));
  });
  after(async () => {
    for (const { child } of open) child.kill('SIGKILL');
    await Promise.all([...open].map(({ ended }) => ended));
    rmSync(dataFolder, { recursive: true, force: true });
  });

  function npmStart(...args: string[]): Terminal {
    const child = spawn('python3', ['-c', IN_TERMINAL, 'npm', 'start', '--', ...args], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TERM: 'xterm',
        XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
        TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'],
        LOCAL_DATA_FOLDER: dataFolder,
        LOCAL_PORT_OFFSET: String(OFFSET),
      },
      stdio: 'pipe',
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    }
    const terminal: Terminal = {
      child,
      output: () => text,
      press: (key) => child.stdin.write(key),
      ended: new Promise((resolve) => {
        child.once('close', (code) => {
          open.delete(terminal);
          resolve(code);
        });
      }),
    };
    open.add(terminal);
    return terminal;
  }

  async function untilShown(terminal: Terminal, pattern: RegExp): Promise<void> {
    let isOver = false;
    void terminal.ended.then(() => (isOver = true));
    while (!pattern.test(terminal.output())) {
      assert.ok(!isOver, terminal.output());
      await sleep(50);
    }
  }

  function parts(): RecordedPart[] {
    const record = JSON.parse(readFileSync(join(dataFolder, 'run.json'), 'utf8')) as {
      parts: RecordedPart[];
    };
    return record.parts;
  }

  function assertNoTrace(output: string): void {
    assert.doesNotMatch(output, /Error|Unhandled|\n\s+at .*:\d+:\d+|node:internal/);
  }

  it('keeps what it makes from other users; one Ctrl-C stops the parts in their order and prints nothing else', async function () {
    // A whole start with its samples, on a machine that other tests keep busy.
    this.timeout(240_000);
    const terminal = npmStart();
    await untilShown(terminal, /Ctrl-C stops everything/);
    const running = parts();
    assert.deepEqual(openToOthers(dataFolder), []);
    const shown = terminal.output().length;
    terminal.press(CTRL_C);
    const code = await terminal.ended;
    const afterwards = withoutControls(terminal.output().slice(shown));
    assert.ok(code === 0 || code === 130, `exit code ${code}\n${afterwards}`);
    assert.match(
      afterwards,
      /^\s*(\^C\s*)?stopping the gateway\s+stopping the worker\s+stopping the sandbox\s+stopping the Temporal server\s+stopping the PostgreSQL server\s*$/,
    );
    for (const { name, pid, identity } of running) {
      assert.notEqual(processIdentity(pid), identity, name);
    }
  });

  it('one Ctrl-C in the middle of the start stops what has been started', async () => {
    const terminal = npmStart();
    await untilShown(terminal, /✔.* PostgreSQL/);
    const running = parts();
    terminal.press(CTRL_C);
    const code = await terminal.ended;
    assert.ok(code === 0 || code === 130, `exit code ${code}\n${terminal.output()}`);
    assertNoTrace(terminal.output());
    await assertEnded(running);
  });

  it('one Ctrl-C while parts are only starting returns when these have ended too', async () => {
    const terminal = npmStart();
    await waitFor('the start of the sandbox', async () => {
      assert.ok(open.has(terminal), terminal.output());
      return programsOf(dataFolder).some((program) => program.includes('sandbox/main.ts'));
    });
    assert.doesNotMatch(terminal.output(), /✔.* Sandbox/);
    terminal.press(CTRL_C);
    const code = await terminal.ended;
    assert.deepEqual(programsOf(dataFolder), [], terminal.output());
    assert.ok(code === 0 || code === 130, `exit code ${code}\n${terminal.output()}`);
    assert.match(terminal.output(), /stopping the sandbox/);
    assertNoTrace(terminal.output());
  });

  it('a second Ctrl-C seconds later ends it at once, while a part refuses to stop', async () => {
    const terminal = npmStart('--without-service');
    await untilShown(terminal, /Ctrl-C stops everything/);
    const running = parts();
    const temporal = running.find(({ name }) => name === 'Temporal server');
    assert.ok(temporal);
    process.kill(temporal.pid, 'SIGSTOP');
    try {
      terminal.press(CTRL_C);
      await untilShown(terminal, /stopping the Temporal server/);
      await sleep(SECONDS_LATER_MS);
      assert.ok(open.has(terminal), 'it waits for Temporal');
      const pressedAt = performance.now();
      terminal.press(CTRL_C);
      assert.equal(await terminal.ended, 130, terminal.output());
      // Temporal has ten seconds to stop, of which seven are left: this did not wait for them.
      assert.ok(performance.now() - pressedAt < 5_000);
      assertNoTrace(terminal.output());
    } finally {
      process.kill(temporal.pid, 'SIGCONT');
    }
    await assertEnded(running);
  });
});

/** What other users of this machine could read or change. */
function openToOthers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    return stats !== undefined && (stats.mode & 0o077) !== 0;
  });
}

/** The command lines of the programs that run with a data folder. */
function programsOf(folder: string): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(`${folder}/`));
}

/** The keeper ends in the background what is left. */
async function assertEnded(running: readonly RecordedPart[]): Promise<void> {
  await waitFor(`the end of ${running.map(({ name }) => name).join(', ')}`, async () =>
    running.every(({ pid, identity }) => processIdentity(pid) !== identity),
  );
}

/** What a terminal shows, without colours, cursor movements, carriage returns and npm's spinner. */
function withoutControls(text: string): string {
  // oxlint-disable-next-line eslint/no-control-regex
  return text.replaceAll(/\u001B\[[\d;?]*[A-Za-z]|\r|[\u2800-\u28FF]/g, '');
}

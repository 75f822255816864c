// `npm test -- …` runs what it is told, refuses the rest, and never reports success for tests that failed or did not run.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { processIdentity } from '../../local/process/identity.ts';
import { waitFor } from '../support/wait-for.ts';
import { lane } from './lanes.ts';
import { runLane } from './run-lane.ts';

const RUN = join(import.meta.dirname, '../run.ts');

const GOOD = `
  describe('good', () => {
    it('adds', () => {});
    it('subtracts', () => {});
    it.skip('divides', () => {});
  });`;
const BAD = `
  import assert from 'node:assert/strict';
  describe('bad', () => {
    it('is right', () => {});
    it('is wrong', () => assert.deepEqual({ colour: 'red' }, { colour: 'blue' }));
  });`;

describe('npm test -- FILE…', () => {
  let folder: string;
  const started = new Set<ChildProcess>();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'run-test-'));
    write('good.test.ts', GOOD);
    write('bad.test.ts', BAD);
  });
  afterEach(() => {
    // A test that failed half-way must not leave its runner, which would keep this process too.
    for (const child of started) child.kill();
    started.clear();
    rmSync(folder, { recursive: true, force: true });
  });

  function write(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Starts the runner as npm does when it is called in the folder of these files. */
  function start(args: readonly string[]) {
    const { FAULTS: _, ...env } = process.env;
    const child = spawn(process.execPath, [RUN, ...args], {
      env: { ...env, INIT_CWD: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.add(child);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    const ended = once(child, 'close').then(() => ({ code: child.exitCode, output, errors }));
    return { child, ended, output: () => output };
  }

  async function run(...args: readonly string[]) {
    const { code, output, errors } = await start(args).ended;
    return { code, output, errors, lastLine: output.trimEnd().split('\n').at(-1) };
  }

  it('runs a file, with a line for each test and the sums alone on the last', async () => {
    const { code, output, lastLine } = await run('good.test.ts');
    assert.equal(code, 0, output);
    assert.match(output, /✔ good › adds \(\d+ ms\)\n/);
    assert.equal(lastLine, '2 passed, 0 failed, 1 skipped');
  });

  it('runs several files, folders and patterns, each file once', async () => {
    const { output, lastLine } = await run('good.test.ts', '*.test.ts', '.');
    assert.equal(lastLine, '3 passed, 1 failed, 1 skipped', output);
  });

  it('runs only tests whose titles match --grep, of all named files', async () => {
    const { code, output, lastLine } = await run('*.test.ts', '--grep', 'adds|is right');
    assert.equal(code, 0, output);
    assert.equal(lastLine, '2 passed, 0 failed, 0 skipped');
  });

  it('fails when no title matches --grep', async () => {
    const { code, output } = await run('*.test.ts', '--grep', 'multiplies');
    assert.equal(code, 1);
    assert.match(output, /No test's title matches multiplies\.\n0 passed, 0 failed, 0 skipped\n$/);
  });

  it('shows at the end which test failed, the difference and where', async () => {
    const { code, output, lastLine } = await run('bad.test.ts', 'good.test.ts');
    assert.equal(code, 1);
    assert.equal(lastLine, '3 passed, 1 failed, 1 skipped');
    const end = output.slice(output.indexOf('✔ good › subtracts'));
    assert.match(end, /bad\n +is wrong:\n/);
    assert.match(end, /-.*red/);
    assert.match(end, /\+.*blue/);
    assert.match(end, /bad\.test\.ts:5:/);
  });

  it('counts a hook that throws as a failure', async () => {
    write(
      'hook.test.ts',
      `describe('h', () => { before(() => { throw new Error('no server'); }); it('x', () => {}); });`,
    );
    const { code, output, lastLine } = await run('hook.test.ts');
    assert.equal(code, 1);
    assert.match(output, /"before all" hook/);
    assert.match(output, /no server/);
    assert.equal(lastLine, '0 passed, 1 failed, 0 skipped');
  });

  it('passes a file whose tests are all skipped, as for want of a program, and counts them', async () => {
    write(
      'skipped.test.ts',
      `describe('s', () => { before(function () { this.skip(); }); it('x', () => {}); });`,
    );
    const { code, lastLine } = await run('skipped.test.ts');
    assert.equal(code, 0);
    assert.equal(lastLine, '0 passed, 0 failed, 1 skipped');
  });

  for (const [what, text, told] of [
    [
      'ends in the middle with code 0',
      `describe('d', () => { it('a', () => {}); it('b', () => { console.log('last words'); process.exit(0); }); });`,
      /died \(exit 0\)[^]*last words/,
    ],
    [
      'kills itself',
      `describe('d', () => { it('a', () => {}); it('b', () => process.kill(process.pid, 'SIGKILL')); });`,
      /died \(killed by SIGKILL\)/,
    ],
    ['cannot be loaded', `import './nowhere.ts';`, /died \(exit 1\)[^]*nowhere\.ts/],
    ['holds no test', `describe('d', () => {});`, /ran no test/],
    [
      'is killed when its tests are over',
      `describe('d', () => { it('a', () => {}); after(() => { setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500); }); });`,
      /died \(killed by SIGKILL\)/,
    ],
  ] as const) {
    it(`fails when a file ${what}`, async () => {
      write('odd.test.ts', text);
      const { code, output, lastLine } = await run('odd.test.ts');
      assert.equal(code, 1, output);
      assert.match(output, told);
      assert.match(lastLine ?? '', /^\d+ passed, 0 failed, 0 skipped$/);
    });
  }

  for (const [args, told] of [
    [['--colour'], "Unknown option '--colour'"],
    [['nowhere.test.ts'], 'There is no file nowhere.test.ts'],
    [['good.test.ts', 'note.txt'], 'note.txt is not a test'],
    [['*.zip'], '*.zip holds no test'],
    [['--grep', '('], 'Invalid regular expression'],
    [['--quick', 'good.test.ts'], '--quick chooses its tests itself'],
  ] as const) {
    it(`refuses ${args.join(' ')} in one sentence, and runs nothing`, async () => {
      write('note.txt', '');
      const { code, output, errors } = await run(...args);
      assert.equal(code, 2);
      assert.equal(output, '');
      assert.ok(errors.startsWith(told), errors);
      assert.match(errors, /^[^\n]+\n$/);
    });
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
    it(`leaves nothing running when it is ended by ${signal}`, async () => {
      write(
        'endless.test.ts',
        `import { spawn } from 'node:child_process';
        import { writeFileSync } from 'node:fs';
        it('waits', async function () {
          this.timeout(0);
          const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
          writeFileSync(import.meta.dirname + '/pids', process.pid + ' ' + pid + '\\n');
          await new Promise((resolve) => setTimeout(resolve, 1_000_000));
        });`,
      );
      const { child, ended } = start(['endless.test.ts']);
      const pids = await waitFor('the test to have started its process', async () => {
        // It is created before it is filled.
        const file = join(folder, 'pids');
        const written = existsSync(file) ? readFileSync(file, 'utf8') : '';
        return written.endsWith('\n') ? written.split(' ').map(Number) : null;
      });
      assert.ok(pids.length === 2 && pids.every((pid) => processIdentity(pid) !== null));
      child.kill(signal);
      const { code, output } = await ended;
      try {
        await waitFor('both processes to be over', async () =>
          pids.every((pid) => processIdentity(pid) === null),
        );
      } finally {
        for (const pid of pids) if (processIdentity(pid) !== null) process.kill(pid, 'SIGKILL');
      }
      if (signal === 'SIGKILL') return;
      assert.equal(code, signal === 'SIGINT' ? 130 : 143);
      assert.match(output, new RegExp(`Ended by ${signal}\\.\n0 passed, 0 failed, 0 skipped\n$`));
    });
  }

  it('refuses a process to a test that has to be quick', async () => {
    const file = write(
      'slow.test.ts',
      `import { execFileSync } from 'node:child_process';
      describe('d', () => { it('starts one', () => { execFileSync('true'); }); });`,
    );
    const watcher = { onEvent: () => undefined, onLine: () => undefined };
    const quick = { ...lane('quick', [file]), mayStartProcesses: false };
    const { failures } = await runLane(quick, null, watcher).result;
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['ERR_ACCESS_DENIED'],
    );
  });

  it('ends a process that a failed hook left with a server and a child, and reports that', async () => {
    const pidFile = join(folder, 'pid');
    const file = write(
      'hook.test.ts',
      `
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      import { createServer } from 'node:net';
      describe('a hook', () => {
        before(() => {
          createServer().listen(0);
          writeFileSync(${JSON.stringify(pidFile)}, String(spawn('sleep', ['600']).pid));
          throw new Error('planted');
        });
        it('never runs', () => {});
      });`,
    );
    const watcher = { onEvent: () => undefined, onLine: () => undefined };
    const { failures, death } = await runLane(lane('left open', [file]), null, watcher, 500).result;
    assert.equal(failures.length, 1);
    assert.match(String(death), /still there 0.5 s after its last test/);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await waitFor('its child to be gone', async () => processIdentity(pid) === null);
  });
});

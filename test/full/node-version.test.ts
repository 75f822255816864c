// Guarantees that a Node which is too old is told as such by every program, in one sentence, and that npm's scripts do not
// depend on the Node of npm.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

/** What is run in production, and one of the commands for development. */
const COMMANDS = [
  'gateway',
  'worker',
  'db:migrate',
  'temporal:bootstrap',
  'site-directory',
  'build:workflows',
  'start',
];

// The check takes milliseconds; a worker that gets past it waits ten seconds for Temporal.
const ENDS_WITHIN_MS = 8_000;

// PATH as it is outside this project, whose node_modules/.bin has a Node of its own.
const PATH_ELSEWHERE = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.startsWith(ROOT));

for (const major of [20, 22]) {
  describe(`Node ${major}`, function () {
    // An installation fetches 120 MB.
    this.timeout(300_000);
    let folder: string;
    let env: Record<string, string | undefined>;

    before(async function () {
      folder = await mkdtemp(join(tmpdir(), 'call-processing-node-'));
      const node = await findNode(major, folder);
      if (node === null) {
        console.log(
          `      skipped: no Node ${major} on PATH, and npm could not install node@${major}`,
        );
        this.skip();
      }
      await mkdir(join(folder, 'bin'));
      await symlink(node, join(folder, 'bin/node'));
      env = { PATH: [join(folder, 'bin'), ...PATH_ELSEWHERE].join(delimiter) };
    });
    after(() => rm(folder, { recursive: true, force: true }));

    /** How a command line ends, and what it says; `null` for one that has to be killed. */
    async function endOf(commandLine: string) {
      const child = spawn('sh', ['-c', commandLine], { cwd: ROOT, env, detached: true });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => (said += String(chunk)));
      }
      const closed = once(child, 'close');
      const timer = setTimeout(() => process.kill(-Number(child.pid), 'SIGKILL'), ENDS_WITHIN_MS);
      await closed;
      clearTimeout(timer);
      return { code: child.exitCode, said };
    }

    const SENTENCE = new RegExp(
      `^This program needs Node 24 or newer, but this is Node ${major}\\.[^\\n]+\\.\\n$`,
    );

    for (const name of COMMANDS) {
      it(`is refused in one sentence, as npm runs a production install: ${name}`, async () => {
        const { code, said } = await endOf(scripts[name] ?? '');
        assert.match(said, SENTENCE);
        assert.equal(code, 1);
      });
    }

    if (major === 20) {
      // Node reads the name of the file, refuses it, and no code of ours runs.
      it('cannot be told anything without npm: it ends with its own error', async () => {
        const { code, said } = await endOf('node src/worker.ts');
        assert.match(said, /ERR_UNKNOWN_FILE_EXTENSION/);
        assert.equal(code, 1);
      });
    } else {
      for (const program of ['src/server.ts', 'src/worker.ts', 'prisma/migrate.ts']) {
        it(`is refused in one sentence without npm too: ${program}`, async () => {
          const { code, said } = await endOf(`node ${program}`);
          assert.match(said, SENTENCE);
          assert.equal(code, 1);
        });
      }
    }

    it("runs npm, whose scripts take this project's own Node", async () => {
      const version = await endOf('node --version');
      assert.match(version.said, new RegExp(`^v${major}\\.`));
      const { code, said } = await endOf('npm run --silent gateway -- --help');
      assert.match(said, /^Usage: npm run gateway\n/);
      assert.equal(code, 0);
    });
  });
}

/** A Node of this major version: one on PATH, or one from npm; `null` if neither can be had. */
async function findNode(major: number, folder: string): Promise<string | null> {
  const installed = join(folder, 'node_modules/node/bin/node');
  const isRight = async (path: string) => {
    if (!existsSync(path)) return false;
    const { stdout } = await run(path, ['--version']).catch(() => ({ stdout: '' }));
    return stdout.startsWith(`v${major}.`);
  };
  for (const each of PATH_ELSEWHERE) {
    if (await isRight(join(each, 'node'))) return join(each, 'node');
  }
  const manifest = { dependencies: { node: String(major) }, allowScripts: { node: true } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await run('npm', ['install', '--prefix', folder]).catch(() => null);
  return (await isRight(installed)) ? installed : null;
}

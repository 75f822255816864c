// A command with --help explains itself and does nothing else, and one that is called wrongly does nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

/** What runs programs of others, whose arguments are theirs (c8 hands on those of the tests). */
const OF_OTHERS = ['check', 'format', 'db:generate', 'temporal', 'coverage'];

/** Programs of ours without a script. */
const WITHOUT_SCRIPT = {
  sandbox: 'node sandbox/main.ts',
  'make-samples': 'node sandbox/samples/make-samples.ts',
  'make-audio': 'node test/audio/data/make-audio.ts',
};

const OURS = Object.entries({ ...scripts, ...WITHOUT_SCRIPT }).filter(
  ([name]) => !OF_OTHERS.includes(name),
);

// Node refuses to write a file and to start a process. Loading Temporal's and Prisma's libraries
// needs to read files and native code.
const HARMLESS = '--permission --allow-fs-read=* --allow-addons --disable-warning=SecurityWarning';

describe('the commands', () => {
  let nobody: Server;
  let connections = 0;

  before(async () => {
    nobody = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(nobody, 'listening');
  });
  after(() => nobody.close());

  /** Runs the command as npm does, with addresses at which nobody may be asked. */
  async function run(commandLine: string, argument: string) {
    const { port } = nobody.address() as AddressInfo;
    const child = spawn('sh', ['-c', `${commandLine} ${argument}`], {
      cwd: ROOT,
      env: {
        PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
        NODE_OPTIONS: HARMLESS,
        DATABASE_URL: `postgresql://127.0.0.1:${port}/calls`,
        TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
        PORT: String(port),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    await once(child, 'close');
    return { code: child.exitCode, output, errors };
  }

  it('are all known here', () => {
    for (const name of OF_OTHERS) assert.ok(name in scripts, name);
    for (const [name, commandLine] of OURS) assert.match(commandLine, /\bnode .*\.ts\b/, name);
  });

  it('check the version of Node before anything else, with npm and without', () => {
    for (const [name, commandLine] of Object.entries({ ...scripts, ...WITHOUT_SCRIPT })) {
      const [, options = '', program] =
        /\bnode ((?:-\S+ \S+ )*)(\S+\.ts)\b/.exec(commandLine) ?? [];
      if (program === undefined) {
        assert.doesNotMatch(commandLine, /\bnode\b/, name);
        continue;
      }
      if (name in scripts) assert.match(options, /^-r \.\/src\/process\/node-version\.cjs /, name);
      const code = readFileSync(join(ROOT, program), 'utf8');
      assert.match(code, /^import '(\.\.?\/)+(src\/)?(process\/)?node-version\.cjs';\n/, program);
    }
  });

  for (const [name, commandLine] of OURS) {
    it(`tell what they do with --help, and do nothing: ${name}`, async () => {
      const { code, output, errors } = await run(commandLine, '--help');
      assert.equal(errors, '');
      assert.equal(code, 0);
      assert.match(output, /^Usage: (npm|node) .+\n\n[A-Z][^]+\n\nArguments:\n[^]*--help /);
      assert.equal(connections, 0);
    });

    it(`refuse a flag that they do not know in one sentence, and do nothing: ${name}`, async () => {
      const { code, output, errors } = await run(commandLine, '--frobnicate');
      assert.match(
        errors,
        /^Unknown option '--frobnicate': "[^\n]+ --help" lists the arguments\.\n$/,
      );
      assert.equal(code, 2);
      assert.equal(output, '');
      assert.equal(connections, 0);
    });
  }

  it('do not replace a recorded history', async () => {
    const { code, output, errors } = await run(
      scripts['histories:record'] ?? '',
      'mid-flight happy',
    );
    assert.match(
      errors,
      /^Nothing was recorded, because test\/histories\/mid-flight\.json exists .+ first run "git rm test\/histories\/mid-flight\.json"\.\n$/,
    );
    assert.equal(code, 1);
    assert.equal(output, '');
  });

  it('take no argument that they do not need', async () => {
    const { code, errors } = await run(scripts['db:migrate'] ?? '', 'now');
    assert.match(errors, /^Unexpected argument 'now': "npm run db:migrate -- --help" lists/);
    assert.equal(code, 2);
  });
});

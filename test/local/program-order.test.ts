// A constant that is declared below the point where a program waits does not exist yet while it waits: a
// signal handler, or any other function that is called meanwhile, then ends in a ReferenceError.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** A shape that crashed: the handler runs while main() waits, before the constant has its value. */
const CRASHES = `process.exitCode = await main();

const GRACE_MS = 1_000;

async function main(): Promise<number> {
  process.on('SIGINT', () => process.exit(GRACE_MS));
  return new Promise<number>(() => undefined);
}
`;

describe('the programs', () => {
  const texts = new Map(
    execFileSync('git', ['ls-files', '--', '*.ts', ':!src/generated', ':!test/**/*.test.ts'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
  );
  const programs = [...texts].filter(([, text]) => waitsAt(topLevel(text)) !== -1);

  it('are found by their top-level await', () => {
    const paths = programs.map(([path]) => path);
    for (const path of ['local/start.ts', 'local/temporal.ts', 'src/worker.ts', 'src/server.ts']) {
      assert.ok(paths.includes(path), paths.join(', '));
    }
  });

  it('declare no constant below the await in which their own functions run', () => {
    for (const [path, text] of programs) assert.deepEqual(declaredTooLate(text), [], path);
  });

  for (const [how, waiting] of [
    ['assigned', 'process.exitCode = await main();'],
    ['handed to another function', 'await runProcess(main);'],
    ['called inside a try', 'try {\n  await main();\n} finally {\n  end();\n}'],
    ['called with options', 'await runProcess(() =>\n  main(1),\n);'],
  ] as const) {
    it(`would be noticed if they did, when main() is ${how}`, () => {
      const text = CRASHES.replace('process.exitCode = await main();', waiting);
      assert.deepEqual(declaredTooLate(text), ['const GRACE_MS = 1_000;']);
      const [first = '', ...rest] = topLevel(text);
      const [constant = '', ...functions] = rest;
      assert.deepEqual(declaredTooLate([constant, ...functions, first].join('\n')), []);
    });
  }
});

/** The statements of the top level: our formatter indents everything inside them but closing brackets. */
function topLevel(text: string): string[] {
  return text.split(/\n(?=[^\s)}\]])/);
}

/** Where the program waits for functions of its own file; -1 if it does not. */
function waitsAt(statements: readonly string[]): number {
  const own = statements.flatMap(
    (each) => /^(?:export )?(?:async )?function\*? (\w+)/.exec(each)?.[1] ?? [],
  );
  const calls = new RegExp(String.raw`\bawait\b[^]*\b(?:${own.join('|')})\b`);
  return own.length === 0
    ? -1
    : statements.findIndex(
        (each) => !/^(?:export |async |function|class |\/)/.test(each) && calls.test(each),
      );
}

function declaredTooLate(text: string): string[] {
  const statements = topLevel(text);
  const at = waitsAt(statements);
  return statements
    .slice(at === -1 ? statements.length : at + 1)
    .filter((each) => /^(?:export )?(?:const|let|class|enum) /.test(each))
    .map((each) => each.trim());
}

// Guarantees that the pages a newcomer reads, and the records of decisions, name only files, headings and commands that exist, and that the README fits a screen.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: ROOT })];

/** What running the project makes, and git ignores. */
const MADE = ['.data/', '.env', 'coverage/', 'dist/workflow-bundle.js', 'node_modules/'];

/** What npm runs without a script of that name. */
const OF_NPM = ['ci', 'exec', 'start', 'test'];

// A terminal, and GitHub's page, show about a hundred columns.
const SCREEN_COLUMNS = 100;

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

const folders = globSync('*/', { cwd: ROOT }).filter((name) => !MADE.includes(`${name}/`));
/** A path of ours: in one of our folders, or a file beside them. */
const PATH = new RegExp(
  String.raw`(?<![@\w/.:-])((?:\.ci|\.github|${folders.join('|')})/[\w./<>*-]*|[\w.-]+\.(?:md|ya?ml|mjs|json))(?![\w/])`,
  'g',
);

/** What a page says in code: its spans, and the lines of its indented blocks. */
function codeIn(text: string): string[] {
  const code = text.replaceAll('<br>', ' ').matchAll(/`([^`\n]+)`|^ {4}(\S.*)$/gm);
  return [...code].map(([, span, line]) => span ?? line ?? '');
}

/** The paths in a page's code: a placeholder such as `<system>` stands for any name. */
function pathsIn(text: string): string[] {
  return codeIn(text).flatMap((each) => [...each.matchAll(PATH)].map(([path]) => path));
}

function isThere(path: string): boolean {
  return globSync(path.replaceAll(/<\w+>/g, '*'), { cwd: ROOT }).length > 0;
}

function headingsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

for (const page of PAGES) {
  describe(page, () => {
    const text = readFileSync(join(ROOT, page), 'utf8');

    it('names only files that exist', () => {
      const paths = pathsIn(text).filter((path) => !MADE.includes(path));
      assert.deepEqual(
        paths.filter((path) => !isThere(path)),
        [],
      );
    });

    it('links only to what exists', () => {
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
        const [file = '', heading] = target.split('#');
        const path = join(ROOT, dirname(page), file);
        assert.ok(existsSync(path), `${relative(ROOT, path)} does not exist`);
        if (heading !== undefined) assert.ok(headingsOf(path).includes(heading), target);
      }
    });

    it('names only commands that npm knows', () => {
      const commands = codeIn(text).flatMap((code) =>
        [...code.matchAll(/\bnpm (?:run )?(?:-\S+ )*([a-z][a-z:-]*)/g)].map(
          ([, name = '']) => name,
        ),
      );
      const unknown = commands.filter((name) => !OF_NPM.includes(name) && !(name in scripts));
      assert.deepEqual(unknown, []);
    });
  });
}

describe('README.md', () => {
  it('has no line that is wider than a screen', () => {
    const lines = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n');
    assert.deepEqual(
      lines.filter((line) => line.length > SCREEN_COLUMNS),
      [],
    );
  });
});

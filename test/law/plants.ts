import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path/posix';

/** An import to be planted. */
export type Plant = {
  readonly from: string;
  /** A file of the tree, or `npm:` and a package, or `node:` and a module of Node. */
  readonly to: string;
};

/** The ways to write an import that loads the other module. */
export const LOADING_FORMS: Readonly<Record<string, (specifier: string) => string>> = {
  import: (specifier) => `import { planted } from '${specifier}';\nconsole.log(planted);`,
  'a type beside a value': (specifier) =>
    `import { planted, type Planted } from '${specifier}';\nconsole.log(planted satisfies Planted);`,
  'a type import beside a value import': (specifier) =>
    `import type { Planted } from '${specifier}';\nimport { planted } from '${specifier}';\nconsole.log(planted satisfies Planted);`,
  'import all': (specifier) => `import * as all from '${specifier}';\nconsole.log(all);`,
  'import for the effect': (specifier) => `import '${specifier}';`,
  're-export': (specifier) => `export { planted } from '${specifier}';`,
  're-export all': (specifier) => `export * from '${specifier}';`,
  'dynamic import': (specifier) => `console.log(await import('${specifier}'));`,
};

export const TYPE_FORMS: Readonly<Record<string, (specifier: string) => string>> = {
  'import type': (specifier) =>
    `import type { Planted } from '${specifier}';\nexport type Used = Planted;`,
  're-export of a type': (specifier) => `export type { Planted } from '${specifier}';`,
};

const PACKAGE_JSON = {
  name: 'planted',
  type: 'module',
  dependencies: { 'allowed-package': '1.0.0' },
  devDependencies: { 'development-package': '1.0.0' },
};

const TARGET = 'export const planted = 1;\nexport type Planted = number;\n';

type Tree = { readonly folder: string; remove(): Promise<void> };

/** Makes a tree with the project's folder names that holds these imports and nothing else. */
export async function plantTree(
  plants: readonly Plant[],
  form: (specifier: string) => string = (specifier) => `import '${specifier}';`,
): Promise<Tree> {
  const folder = await mkdtemp(join(tmpdir(), 'import-law-'));
  const files = new Map([['package.json', JSON.stringify(PACKAGE_JSON)]]);
  for (const { to } of plants) {
    const name = packageOf(to);
    if (name !== null) {
      const home = `node_modules/${name}`;
      files.set(`${home}/package.json`, JSON.stringify({ name, main: 'index.js' }));
      files.set(`${home}/index.js`, 'exports.planted = 1;\n');
    } else if (!to.startsWith('node:')) files.set(to, TARGET);
  }
  // After the targets: in a circle a target is an importer as well.
  for (const { from, to } of plants) files.set(from, `${form(specifierOf(from, to))}\n`);
  for (const [path, text] of files) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

function packageOf(to: string): string | null {
  return to.startsWith('npm:') ? to.slice('npm:'.length) : null;
}

function specifierOf(from: string, to: string): string {
  if (to.startsWith('node:')) return to;
  const path = relative(dirname(from), to);
  return packageOf(to) ?? (path.startsWith('.') ? path : `./${path}`);
}

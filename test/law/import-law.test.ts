// No import runs against the law: every rule of it fails where it is broken, and the tree breaks none.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';

import { workflowBundle } from '../support/workflow-bundle.ts';
import { judge, PROJECT_FOLDER, readLaw, type Violation } from './law.ts';
import { LOADING_FORMS, plantTree, TYPE_FORMS, type Plant } from './plants.ts';

const run = promisify(execFile);

/** At least one for each rule. The importer need not exist: it is planted in a tree of its own. */
const PLANTS: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['domain-neighbours', 'src/domain/planted.ts', 'src/generated/prisma/client.ts'],
  ['domain-neighbours', 'src/domain/planted.ts', 'src/config.ts'],
  ['audio-neighbours', 'src/audio/planted.ts', 'src/clients/speech/client.ts'],
  ['repositories-neighbours', 'src/repositories/planted.ts', 'src/clients/speech/client.ts'],
  ['clients-neighbours', 'src/clients/speech/planted.ts', 'src/repositories/database.ts'],
  ['clients-neighbours', 'src/clients/speech/planted.ts', 'src/generated/prisma/client.ts'],
  ['clients-neighbours', 'src/clients/speech/planted.ts', 'src/config.ts'],
  ['activities-neighbours', 'src/activities/planted.ts', 'src/workflows/index.ts'],
  ['activities-neighbours', 'src/activities/planted.ts', 'src/config.ts'],
  ['activities-neighbours', 'src/activities/planted.ts', 'src/config/gateway-schema.ts'],
  ['activities-types-only', 'src/activities/planted.ts', 'src/clients/speech/plan.ts'],
  ['activities-types-only', 'src/activities/planted.ts', 'src/repositories/database.ts'],
  ['workflows-neighbours', 'src/workflows/planted.ts', 'src/clients/speech/client.ts'],
  ['workflows-neighbours', 'src/workflows/planted.ts', 'src/repositories/database.ts'],
  ['workflows-types-only', 'src/workflows/planted.ts', 'src/activities/index.ts'],
  ['workflows-types-only', 'src/workflows/planted.ts', 'src/domain/transcript.ts'],
  ['api-neighbours', 'src/api/planted.ts', 'src/workflows/messages.ts'],
  ['api-neighbours', 'src/api/planted.ts', 'src/activities/index.ts'],
  ['api-types-only', 'src/api/planted.ts', 'src/clients/temporal/call-runs.ts'],
  ['api-types-only', 'src/api/planted.ts', 'src/repositories/call-repository.ts'],
  ['api-types-only', 'src/api/planted.ts', 'src/generated/prisma/client.ts'],
  ['console-neighbours', 'src/console/planted.ts', 'src/repositories/database.ts'],
  ['console-neighbours', 'src/console/page/planted.ts', 'src/clients/temporal/call-runs.ts'],
  ['console-types-only', 'src/console/planted.ts', 'src/api/schemas.ts'],
  ['console-browser-neighbours', 'src/console/browser/planted.ts', 'src/domain/names.ts'],
  ['console-browser-neighbours', 'src/console/browser/planted.ts', 'src/console/page/html.ts'],
  ['config-neighbours', 'src/config/planted.ts', 'src/clients/speech/client.ts'],
  ['config-neighbours', 'src/config.ts', 'src/repositories/database.ts'],
  ['process-neighbours', 'src/process/planted.ts', 'src/config.ts'],
  ['preflight-neighbours', 'src/preflight/planted.ts', 'src/workflows/index.ts'],
  ['preflight-types-only', 'src/preflight/planted.ts', 'src/clients/speech/client.ts'],
  ['roots-neighbours', 'src/planted.ts', 'src/workflows/index.ts'],
  ['roots-neighbours', 'src/planted.ts', 'sandbox/sandbox.ts'],
  ['roots-neighbours', 'src/planted.ts', 'test/support/planted.ts'],
  ['sandbox-neighbours', 'sandbox/planted.ts', 'src/domain/names.ts'],
  ['sandbox-neighbours', 'sandbox/planted.ts', 'local/stack.ts'],
  ['sandbox-neighbours', 'sandbox/planted.ts', 'test/support/planted.ts'],
  ['prisma-neighbours', 'prisma/engine/planted.ts', 'local/parts/postgres/server.ts'],
  ['prisma-neighbours', 'prisma/engine/planted.ts', 'src/domain/names.ts'],
  ['local-neighbours', 'local/planted.ts', 'test/support/planted.ts'],
  ['local-neighbours', 'local/planted.ts', 'bench/memory-child.ts'],
  ['bench-neighbours', 'bench/planted.ts', 'test/support/planted.ts'],
  ['image-neighbours', 'image/planted.ts', 'src/config.ts'],
  ['configuration-files-neighbours', 'planted.config.ts', 'src/config.ts'],
  ['local-process-neighbours', 'local/process/planted.ts', 'local/stack.ts'],
  ['local-tools-neighbours', 'local/tools/planted.ts', 'local/parts/node-part.ts'],
  ['local-parts-neighbours', 'local/parts/planted.ts', 'local/stack.ts'],
  ['local-output-neighbours', 'local/output/planted.ts', 'local/samples/sample.ts'],
  ['local-output-types-only', 'local/output/planted.ts', 'local/tools/cache.ts'],
  ['local-samples-neighbours', 'local/samples/planted.ts', 'local/stack.ts'],
  ['test-support-neighbours', 'test/support/planted.ts', 'test/faults/harness/cluster.ts'],
  ['test-support-neighbours', 'test/support/planted.ts', 'test/service/planted.ts'],
  ['fault-harness-neighbours', 'test/faults/harness/planted.ts', 'test/faults/suites/suite.ts'],
  ['every-room-has-a-law', 'src/attic/planted.ts', 'src/domain/names.ts'],
  ['every-room-has-a-law', 'tools/planted.ts', 'npm:allowed-package'],
  ['docs-hold-no-code', 'docs/planted.ts', 'src/domain/error-codes.ts'],
  ['started-files-are-not-imported', 'test/planted.ts', 'src/server.ts'],
  ['started-files-are-not-imported', 'test/planted.ts', 'prisma/migrate.ts'],
  ['started-files-are-not-imported', 'test/planted.ts', 'test/api/planted.test.ts'],
  ['a-client-knows-no-other', 'src/clients/speech/planted.ts', 'src/clients/temporal/errors.ts'],
  ['domain-packages', 'src/domain/planted.ts', 'npm:allowed-package'],
  ['domain-packages', 'src/domain/planted.ts', 'node:fs'],
  ['workflows-packages', 'src/workflows/planted.ts', 'npm:zod'],
  ['workflows-packages', 'src/workflows/planted.ts', 'npm:@temporalio/activity'],
  ['workflows-packages', 'src/workflows/planted.ts', 'node:crypto'],
  ['replayed-domain-is-closed', 'src/domain/names.ts', 'src/domain/transcript.ts'],
  ['replayed-domain-is-closed', 'src/domain/error-codes/planted.ts', 'npm:zod'],
  ['production-needs-no-development-package', 'src/api/planted.ts', 'npm:development-package'],
];

/** Where only types may cross: the imports above, each in a file of its own, and its rule. */
const TYPES_ONLY = PLANTS.filter(([rule]) => rule.endsWith('-types-only')).map(
  ([rule, from, to], index) => ({ rule, from: from.replace('.ts', `-${index}.ts`), to }),
);

/** What a tree with these imports and no others is found guilty of. */
async function judgePlanted(
  plants: readonly Plant[],
  form?: (specifier: string) => string,
): Promise<readonly Violation[]> {
  const tree = await plantTree(plants, form);
  try {
    return (await judge(tree.folder)).violations;
  } finally {
    await tree.remove();
  }
}

/** The rules that such a tree breaks. */
async function brokenBy(...parameters: Parameters<typeof judgePlanted>): Promise<string[]> {
  return [...new Set((await judgePlanted(...parameters)).map(({ rule }) => rule))];
}

const inWords = ({ rule, from, to }: Violation) => `${rule}: ${from} → ${to}`;

describe('the import law', () => {
  it('is kept by every file of the project, without a circle of files or folders', async () => {
    const { files, violations } = await judge(PROJECT_FOLDER);
    assert.deepEqual(violations.map(inWords), []);
    // What is not read cannot break a rule: one file of every room.
    for (const room of ['src/domain', 'src/workflows', 'sandbox', 'prisma', 'local', 'bench']) {
      assert.ok(files.some((file) => file.startsWith(`${room}/`)));
    }
    assert.ok(files.includes('test/law/import-law.test.ts'));
  });

  it('has no rule that is not broken below', async () => {
    const CIRCLES_AND_MORE = ['no-circles', 'no-circles-of-folders', 'everything-resolves'];
    const broken = new Set([...PLANTS.map(([rule]) => rule), ...CIRCLES_AND_MORE]);
    const rules = (await readLaw()).map(({ name }) => name);
    assert.deepEqual([...broken].toSorted(), rules.toSorted());
  });

  it('says of every rule what it is for', async () => {
    for (const { name, comment } of await readLaw()) assert.notEqual(comment, '', name);
  });

  for (const [rule, from, to] of PLANTS) {
    it(`${rule}: forbids ${from} → ${to}`, async () => {
      assert.deepEqual(await brokenBy([{ from, to }]), [rule]);
    });
  }

  it('no-circles: forbids two files that import each other, be it types', async () => {
    const [one, other] = ['src/audio/one.ts', 'src/audio/other.ts'];
    const circle = [
      { from: one, to: other },
      { from: other, to: one },
    ];
    assert.deepEqual(await brokenBy(circle), ['no-circles']);
    assert.deepEqual(await brokenBy(circle, TYPE_FORMS['import type']), ['no-circles']);
  });

  it('no-circles-of-folders: forbids two folders that import each other by different files', async () => {
    const circle = [
      { from: 'src/activities/one/a.ts', to: 'src/activities/other/b.ts' },
      { from: 'src/activities/other/c.ts', to: 'src/activities/one/d.ts' },
    ];
    assert.deepEqual(await brokenBy(circle), ['no-circles-of-folders']);
  });

  it('everything-resolves: forbids an import that leads nowhere', async () => {
    const plant = { from: 'test/planted.ts', to: 'test/somewhere.ts' };
    const misspelt = (specifier: string) => `import '${specifier}x';`;
    assert.deepEqual(await brokenBy([plant], misspelt), ['everything-resolves']);
  });

  for (const [form, write] of Object.entries(LOADING_FORMS)) {
    it(`sees where only types may cross that a value does: ${form}`, async () => {
      const violations = (await judgePlanted(TYPES_ONLY, write)).map(inWords);
      assert.deepEqual(violations.toSorted(), TYPES_ONLY.map(inWords).toSorted());
    });
  }

  for (const [form, write] of Object.entries(TYPE_FORMS)) {
    it(`lets types cross: ${form}`, async () => {
      assert.deepEqual(await judgePlanted(TYPES_ONLY, write), []);
    });
  }
});

describe('what the import law cannot see', () => {
  const FORMS = [
    ['typescript(consistent-type-imports)', "export type A = import('./names.ts').Step;"],
    ['typescript(consistent-type-imports)', "export type A = typeof import('./names.ts');"],
    [
      'typescript(no-import-type-side-effects)',
      "import { type Step } from './names.ts';\nexport type A = Step;",
    ],
  ] as const;
  for (const [rule, form] of FORMS) {
    it(`the linter forbids: ${form}`, async () => {
      const plant = { from: 'src/domain/planted.ts', to: 'src/domain/names.ts' };
      const tree = await plantTree([plant], () => form);
      try {
        assert.ok((await lint(tree.folder, plant.from)).includes(rule));
        await writeFile(join(tree.folder, plant.from), "import type { Step } from './names.ts';");
        assert.ok(!(await lint(tree.folder, plant.from)).includes(rule));
      } finally {
        await tree.remove();
      }
    });
  }

  it("bundles our workflows, the closed part of the domain and Temporal's packages", async () => {
    const bundled = await bundledFiles();
    assert.ok(bundled.includes('./src/workflows/call-processing-workflow.ts'));
    const OURS =
      /^\.\/src\/(workflows\/|domain\/(actor|call|names|error-codes|redo-plan|reprocess-request|storable-text)\b)/;
    // nexus-rpc and long are what Temporal's own two stand on.
    const TEMPORALS = /^\.\/node_modules\/(@temporalio\/(workflow|common)|nexus-rpc|long)\//;
    assert.deepEqual(
      bundled.filter((path) => !OURS.test(path) && !TEMPORALS.test(path)),
      [],
    );
  });

  it("the linter forbids Node 26's own Temporal, whose clock no replay repeats, in all that is bundled", async () => {
    const bundled = (await bundledFiles()).filter((path) => path.startsWith('./src/'));
    const files = bundled.map((path) => path.slice('./'.length));
    const tree = await plantTree(files.map((from) => ({ from, to: 'src/domain/names.ts' })));
    const code = [
      'export const fine = Date.now();',
      'export const early = Temporal.Now.instant();',
      "export const late = globalThis['Temporal'];",
    ].join('\n');
    try {
      for (const file of files) await writeFile(join(tree.folder, file), code);
      const said = await lint(tree.folder, ...files);
      const found = [
        ...said.matchAll(/restricted-(globals|properties)\)[^]*?\[(\S+?):(\d+):/g),
      ].map(([, rule, file, line]) => `${file}:${line} ${rule}`);
      assert.deepEqual(
        found.toSorted(),
        files.flatMap((file) => [`${file}:2 globals`, `${file}:3 properties`]).toSorted(),
      );
    } finally {
      await tree.remove();
    }
  });
});

/** The files that the workflow bundle is made of, as `./path`. */
async function bundledFiles(): Promise<string[]> {
  const code = await readFile(await workflowBundle(), 'utf8');
  return [...code.matchAll(/^\/\*{3}\/ "(\.\/[^"]+)"/gm)].map(([, path = '']) => path);
}

/** What the linter says of files of a tree, by the project's own settings. */
async function lint(folder: string, ...files: readonly string[]): Promise<string> {
  const oxlint = join(PROJECT_FOLDER, 'node_modules/.bin/oxlint');
  // Copied, because the folders that it names count from where it lies.
  await copyFile(join(PROJECT_FOLDER, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  const linted = run(oxlint, [...files], { cwd: folder });
  // It ends with 1 when it finds something, and what it found is what it printed.
  const { stdout } = await linted.catch((error: { code: number; stdout: string }) => {
    if (error.code !== 1) throw error;
    return error;
  });
  // It colours the paths where CI asks for it, even in a pipe.
  return stripVTControlCharacters(stdout);
}

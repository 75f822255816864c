// The GitHub workflow is valid, can only read the repository, and runs what .ci/run runs.
import assert from 'node:assert/strict';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';

import { parse } from 'yaml';

type Workflow = {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
};
type Job = { readonly permissions?: unknown; readonly steps: readonly Step[] };
type Step = {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
};

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.github/workflows');

/** GitHub's own parser, which holds GitHub's own schema of workflows. */
async function loadParser() {
  // It imports that schema in a way that bundlers understand and Node does not.
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      return specifier.endsWith('.json')
        ? { ...resolved, importAttributes: { type: 'json' } }
        : resolved;
    },
  });
  try {
    return await import('@actions/workflow-parser');
  } finally {
    hooks.deregister();
  }
}

for (const name of readdirSync(FOLDER)) {
  const content = readFileSync(join(FOLDER, name), 'utf8');
  const { permissions, jobs } = parse(content) as Workflow;
  const allSteps = Object.values(jobs).flatMap(({ steps }) => steps);

  describe(`.github/workflows/${name}`, () => {
    it("is valid by GitHub's schema, expressions included", async () => {
      const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await loadParser();
      const faultsOf = async (text: string) => {
        const { context, value } = parseWorkflow(
          { name, content: text },
          new NoOperationTraceWriter(),
        );
        if (value !== undefined) await convertWorkflowTemplate(context, value);
        return context.errors.getErrors().map(({ message }) => message);
      };
      assert.deepEqual(await faultsOf(content), []);
      // The parser finds faults at all.
      assert.notDeepEqual(await faultsOf(content.replace('runs-on:', 'run-on:')), []);
    });

    it('may read the repository and do nothing else', () => {
      assert.deepEqual(permissions, { contents: 'read' });
      for (const job of Object.values(jobs)) assert.equal(job.permissions, undefined);
    });

    it('pins every action by its commit, with the version beside it', () => {
      const uses = content.split('\n').filter((line) => line.includes('uses:'));
      assert.equal(uses.length, allSteps.filter((step) => step.uses !== undefined).length);
      for (const line of uses) {
        assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
    });
  });
}

describe('the CI workflow', () => {
  it('runs .ci/run, and nothing else, on the Node of .nvmrc, which is that of the tests', () => {
    const { jobs } = parse(readFileSync(join(FOLDER, 'ci.yml'), 'utf8')) as Workflow;
    const steps = jobs['ci']?.steps ?? [];
    assert.deepEqual(
      steps.flatMap(({ run }) => run ?? []),
      ['.ci/run'],
    );
    accessSync(join(ROOT, '.ci/run'), constants.X_OK);
    const node = steps.find(({ uses }) => uses?.startsWith('actions/setup-node@'));
    assert.equal(node?.with?.['node-version-file'], '.nvmrc');
    const major = readFileSync(join(ROOT, '.nvmrc'), 'utf8').trim();
    assert.equal(major, process.versions.node.split('.')[0]);
  });
});

import './process/node-version.cjs';

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

import { readArguments } from './process/arguments.ts';
import { runProcess } from './process/run-process.ts';

/** Where the bundle goes unless another file is named; git ignores the folder. */
const DEFAULT_FILE = 'dist/workflow-bundle.js';

/**
 * `npm run build:workflows [-- FILE]`: bundles the workflow code once. A worker that is told of the
 * bundle by WORKFLOW_BUNDLE starts some seconds sooner, because it need not do so itself.
 */
async function main(file: string): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code);
  console.log(`The workflow bundle is in ${file}: start workers with WORKFLOW_BUNDLE=${file}.`);
}

const { operands } = readArguments({
  name: 'npm run build:workflows',
  does: 'Bundles the workflow code into one file, with which workers start some seconds sooner: name it to them as WORKFLOW_BUNDLE.',
  operands: { name: 'FILE', help: `The bundle to write. Default: ${DEFAULT_FILE}.`, atMost: 1 },
});
await runProcess(() => main(operands[0] ?? DEFAULT_FILE));

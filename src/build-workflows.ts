import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

import { runProcess } from './process/run-process.ts';

/** Where the bundle goes unless another file is named; git ignores the folder. */
const DEFAULT_FILE = 'dist/workflow-bundle.js';

/**
 * `npm run build:workflows [-- FILE]`: bundles the workflow code once. A worker that is told of the
 * bundle by WORKFLOW_BUNDLE starts some seconds sooner, because it need not do so itself.
 */
async function main(): Promise<void> {
  const file = process.argv[2] ?? DEFAULT_FILE;
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code);
  console.log(`The workflow bundle is in ${file}: start workers with WORKFLOW_BUNDLE=${file}.`);
}

await runProcess(main);

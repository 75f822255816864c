import '../../../src/process/node-version.cjs';

import { writeFile } from 'node:fs/promises';

import { readArguments } from '../../../src/process/arguments.ts';
import { mochaGlobalTeardown } from '../../support/global.ts';
import { PAGE, renderPage } from './page.ts';
import { tellAll } from './tell-all.ts';

readArguments({
  name: 'npm run docs:failures-as-told',
  does: 'Writes docs/failures-as-told.md: plants every failure in a service of its own and asks the gateway about the call. Takes about a minute.',
});
try {
  await writeFile(PAGE, renderPage(await tellAll()));
} finally {
  await mochaGlobalTeardown();
}

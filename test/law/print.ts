import '../../src/process/node-version.cjs';

import { styleText } from 'node:util';

import { readArguments } from '../../src/process/arguments.ts';
import { readLaw } from './law.ts';

readArguments({
  name: 'npm run law',
  does: 'Prints the rules of the import law, one per paragraph.',
});
for (const { name, comment } of await readLaw()) {
  console.log(`${styleText('bold', name)}\n  ${comment}`);
}

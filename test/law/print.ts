// `npm run law`: the rules of the import law, one a paragraph.
import { styleText } from 'node:util';

import { readLaw } from './law.ts';

for (const { name, comment } of await readLaw()) {
  console.log(`${styleText('bold', name)}\n  ${comment}`);
}

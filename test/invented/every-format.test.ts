// Tries what test/full/invented.test.ts guarantees for three formats with every format, and prints a table: of a
// synthetic voice, and of a human one. It is run by `npm run invented` alone: not all formats pass, and it takes long.
import { ENCODINGS } from './encodings.ts';
import { guaranteeFor, printOutcomes } from './guarantee.ts';
import { humanSentences, spokenSentences } from './sentences.ts';

/** The human voice says everything once for each kind of decoder. */
const FOR_HUMANS = ['WAV, 16 bits', 'MP3', 'Opus'];

guaranteeFor('a synthetic voice', spokenSentences, ENCODINGS);
guaranteeFor(
  'a human voice',
  humanSentences,
  ENCODINGS.filter(({ name }) => FOR_HUMANS.includes(name)),
);

after(printOutcomes);

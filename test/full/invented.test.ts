// Guarantees that nothing of what a recogniser makes up in silence, noise, tones and echoes stands in a transcript, and
// that nothing that was said is missing, in the formats of telephone systems. `npm run invented` tries every format.
import { ENCODINGS } from '../invented/encodings.ts';
import { guaranteeFor, printOutcomes } from '../invented/guarantee.ts';
import { spokenSentences } from '../invented/sentences.ts';

const GUARANTEED = ['WAV, 16 bits', 'WAV, µ-law', 'WAV, A-law'];

guaranteeFor(
  'a synthetic voice',
  spokenSentences,
  ENCODINGS.filter(({ name }) => GUARANTEED.includes(name)),
);

after(printOutcomes);

// Guarantees that nothing of what a recogniser makes up in silence, noise, tones and echoes stands in a transcript, and that nothing that was said is missing: in every format, with one channel and with two, of a synthetic voice and of a human one. Prints a table.
import assert from 'node:assert/strict';

import { ENCODINGS, isInstalled } from '../invented/encodings.ts';
import { faultsIn, lineOf, sumOf } from '../invented/report.ts';
import { type Outcome, startTranscribing, type Transcribing } from '../invented/run-set.ts';
import { plannedScenes } from '../invented/scenes.ts';
import { humanSentences, type Sentence, spokenSentences } from '../invented/sentences.ts';

/** The human voice says everything once for each kind of decoder. */
const FOR_HUMANS = ['WAV, 16 bits', 'MP3', 'Opus'];

const lines: string[] = [];
const all: Outcome[] = [];

function guarantee(
  voice: string,
  sentencesOf: () => readonly Sentence[] | null,
  names: readonly string[],
) {
  describe(`what recognisers make up around ${voice}`, () => {
    let transcribing: Transcribing;
    before(async () => {
      transcribing = await startTranscribing();
    });
    after(() => transcribing.stop());

    for (const encoding of ENCODINGS.filter(({ name }) => names.includes(name))) {
      it(`is in no transcript of ${encoding.name}`, async function () {
        // Two hundred recordings of half a minute, one after another, on a busy machine.
        this.timeout(900_000);
        const sentences = sentencesOf();
        const missing = sentences === null ? 'asterisk-core-sounds-en-wav' : encoding.program;
        if (sentences === null || (missing !== null && !isInstalled(missing))) {
          lines.push(`${encoding.name.padEnd(26)} left out: ${missing} is not installed`);
          return this.skip();
        }
        const outcomes: Outcome[] = [];
        for (const planned of plannedScenes(sentences))
          outcomes.push(...(await transcribing.outcomesOf(planned, encoding)));
        lines.push(lineOf(encoding.name, outcomes));
        all.push(...outcomes);
        assert.deepEqual(faultsIn(outcomes), []);
      });
    }
  });
}

guarantee(
  'a synthetic voice',
  spokenSentences,
  ENCODINGS.map(({ name }) => name),
);
guarantee('a human voice', humanSentences, FOR_HUMANS);

after(() => {
  for (const line of lines) console.log(`      ${line}`);
  console.log(`      ${sumOf(all)}`);
});

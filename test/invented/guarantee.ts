import assert from 'node:assert/strict';

import { type Encoding, isInstalled } from './encodings.ts';
import { faultsIn, lineOf, sumOf } from './report.ts';
import { type Outcome, startTranscribing, type Transcribing } from './run-set.ts';
import { plannedScenes } from './scenes.ts';
import type { Sentence } from './sentences.ts';

const lines: string[] = [];
const all: Outcome[] = [];

/** Registers a test for each encoding: all scenes in this voice, with one channel and with two. */
export function guaranteeFor(
  voice: string,
  sentencesOf: () => readonly Sentence[] | null,
  encodings: readonly Encoding[],
) {
  describe(`what recognisers make up around ${voice}`, () => {
    let transcribing: Transcribing;
    before(async () => {
      transcribing = await startTranscribing();
    });
    after(() => transcribing.stop());

    for (const encoding of encodings) {
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

/** Prints what came of all encodings when the tests are over. */
export function printOutcomes(): void {
  for (const line of lines) console.log(`      ${line}`);
  console.log(`      ${sumOf(all)}`);
}

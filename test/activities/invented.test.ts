// Guarantees, for a few of the recordings of test/full/invented.test.ts, that nothing that a recogniser makes up stands in a transcript and that nothing that was said is missing.
import assert from 'node:assert/strict';

import { ENCODINGS } from '../invented/encodings.ts';
import { faultsIn } from '../invented/report.ts';
import { startTranscribing, type Transcribing } from '../invented/run-set.ts';
import { plannedScenes } from '../invented/scenes.ts';
import { spokenSentences } from '../invented/sentences.ts';

const SCENES = [
  'pauses of hum at -30 dB',
  'pauses of clicks',
  'nothing but hiss at -40 dB',
  'a voice that leaks over at -6 dB, 0.02 s later',
  'both say the same at once, one -12 dB quieter',
  'a loop behind each sentence',
];

describe('what recognisers make up', () => {
  let transcribing: Transcribing;
  before(async () => {
    transcribing = await startTranscribing();
  });
  after(() => transcribing.stop());

  const [pcm] = ENCODINGS;
  const planned = plannedScenes(spokenSentences());
  for (const name of SCENES) {
    it(`is in no transcript of ${name}`, async () => {
      const scene = planned.find((each) => each.name === name);
      assert.ok(scene !== undefined && pcm !== undefined);
      assert.deepEqual(faultsIn(await transcribing.outcomesOf(scene, pcm)), []);
    });
  }
});

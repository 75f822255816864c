// Guarantees that what one channel hears of the other does not stand twice in a transcript, and that what both say does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  field,
  FIELD,
  recording,
  saying,
  startUnsaidRig,
  VOICE,
  ZEROS,
  type UnsaidRig,
} from './unsaid-rig.ts';

describe('a sentence that two channels have', () => {
  let unsaid: UnsaidRig;
  before(async () => {
    unsaid = await startUnsaidRig();
  });
  after(() => unsaid.stop());

  it('stands once where it leaked over: field 03', async () => {
    const { answers: heard } = field('03-bleed').input;
    const audio = readFileSync(join(FIELD, '03-bleed.wav'));
    const { said, leftOut } = await unsaid.transcribed(audio, heard.channel1, heard.channel2);
    assert.deepEqual(said, ['1: The lift phone is dead.', '2: I will call them.']);
    assert.deepEqual(leftOut, { silent: 0, bleed: 1, loops: 0 });
  });

  it('stands once where Speech-to-Text heard it on both', async () => {
    const audio = recording([VOICE(2), ZEROS(5)], [VOICE(2, -50), ZEROS(3), VOICE(1), ZEROS(1)]);
    const leaked = { start: 0, end: 2, text: 'The lift phone is dead.' };
    const call = await unsaid.rig.newCall({
      audio: { base64: audio.toString('base64') },
      transcript: undefined,
      words: [
        { channel: 1, ...leaked },
        { channel: 2, ...leaked },
        { channel: 2, start: 5, end: 6, text: 'I will call them.' },
      ],
    });
    await call.upTo('transcribeRecording');
    const google = unsaid.rig.speechWith({ SPEECH_PROVIDER: 'google' });
    await call.attempt('transcribeRecording', 1, { speech: google });
    const { transcript } = (await call.rows()).call;
    assert.equal(transcript?.text, 'The lift phone is dead.\nI will call them.');
    assert.deepEqual(transcript.leftOut, { silent: 0, bleed: 1, loops: 0 });
  });

  for (const decibels of [-6, -12, -20, -30, -40]) {
    it(`stands once where it leaked over ${decibels} dB lower, also if the other side speaks later`, async () => {
      const sentence = 'Good morning, our door does not open.';
      const audio = recording(
        [VOICE(3), ZEROS(4)],
        [VOICE(3, -20 + decibels), ZEROS(1), VOICE(2), ZEROS(1)],
      );
      const { said } = await unsaid.transcribed(
        audio,
        saying([0, 3, sentence]),
        saying([0.1, 3, 'good morning our door doesn not open'], [4, 6, 'Which door?']),
      );
      assert.deepEqual(said, [`1: ${sentence}`, '2: Which door?']);
    });
  }

  it('stands once where it comes back quietly, as an echo a moment later', async () => {
    const audio = recording([VOICE(3), ZEROS(1)], [ZEROS(0.15), VOICE(3, -40), ZEROS(0.85)]);
    const { said, leftOut } = await unsaid.transcribed(
      audio,
      saying([0, 3, 'The lamp is out again.']),
      saying([0.2, 3.1, 'The lamp is out again.']),
    );
    assert.deepEqual(said, ['1: The lamp is out again.']);
    assert.deepEqual(leftOut, { silent: 0, bleed: 1, loops: 0 });
  });

  it('stands once where both have the very same samples', async () => {
    const both = [VOICE(3), ZEROS(1)];
    const heard = saying([0, 3, 'Hello, it is about the lamp.']);
    const { said, leftOut } = await unsaid.transcribed(recording(both, both), heard, heard);
    assert.deepEqual(said, ['1: Hello, it is about the lamp.']);
    assert.deepEqual(leftOut, { silent: 0, bleed: 1, loops: 0 });
  });

  it('stands twice where both say it, one after the other or at once', async () => {
    const audio = recording(
      [VOICE(1), ZEROS(2), VOICE(1.3), ZEROS(0.7)],
      // Another voice, whose syllables fall elsewhere.
      [ZEROS(1.2), VOICE(1), ZEROS(0.8), { ...VOICE(1.3, -26), syllables: 5.5 }, ZEROS(0.7)],
    );
    const { said, leftOut } = await unsaid.transcribed(
      audio,
      saying([0, 1, 'Thank you.'], [3, 4.3, 'Goodbye then.']),
      saying([1.2, 2.2, 'Thank you.'], [3, 4.3, 'Goodbye then.']),
    );
    assert.equal(said.length, 4);
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 0 });
  });
});

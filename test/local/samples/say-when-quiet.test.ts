// Guarantees that a wait is explained, once, and only where there is something to say.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { sayWhenQuiet } from '../../../local/samples/say-when-quiet.ts';
import { waitFor } from '../../support/wait-for.ts';

const QUIET_MS = 20;

describe('a wait for sample calls', () => {
  it('is explained when nothing comes, each explanation once', async () => {
    const answers = ['one', 'one', null, 'two', 'one'];
    let asked = 0;
    const said: string[] = [];
    const quiet = sayWhenQuiet(
      async () => answers[asked++] ?? null,
      (sentence) => said.push(sentence),
      QUIET_MS,
    );
    await waitFor('all answers', async () => asked > answers.length);
    quiet.stop();
    assert.deepEqual(said, ['one', 'two']);
  });

  it('is not explained while something comes, nor after its end', async () => {
    let asked = 0;
    const quiet = sayWhenQuiet(
      async () => String((asked += 1)),
      () => assert.fail('It was said.'),
      QUIET_MS * 20,
    );
    for (let index = 0; index < 30; index += 1) {
      quiet.news();
      await sleep(QUIET_MS);
    }
    quiet.stop();
    assert.equal(asked, 0);
    await sleep(QUIET_MS * 21);
    assert.equal(asked, 0);
  });

  it('says so when nobody can be asked', async () => {
    const said: string[] = [];
    const quiet = sayWhenQuiet(
      () => Promise.reject(new Error('no answer')),
      (sentence) => said.push(sentence),
      QUIET_MS,
    );
    await waitFor('a sentence', async () => said.length > 0);
    quiet.stop();
    assert.deepEqual(said, ['Why is not known: Error: no answer']);
  });
});

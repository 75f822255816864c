// A trial finds in every outside system what differs from its stand-in, says beforehand what it costs, and leaves nothing behind.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { collectStandInShapes } from '../../local/reply-shapes.ts';
import { renderShapes, SHAPES_FILE } from '../../src/preflight/live/known-shapes.ts';
import { waitFor } from '../support/wait-for.ts';
import { PLANTED } from './preflight/differences.ts';
import { startPreflightRig, type PreflightRig } from './preflight/rig.ts';

type Report = {
  readonly ready: boolean;
  readonly cost: string;
  readonly checks: readonly { readonly name: string; readonly state: string }[];
  readonly differences: readonly { readonly path: string; readonly isRead: boolean }[];
};

const RECORDING = join(import.meta.dirname, '../../sandbox/samples/02-email-two-channels.wav');
const CALL = '1772443820.1041,20417,90411';
const ALL = ['--live', RECORDING, '--call', CALL, '--yes'];

describe('npm run preflight -- --live', () => {
  let rig: PreflightRig;

  before(async () => {
    rig = await startPreflightRig();
  });
  afterEach(() => rig.sandbox.client.clearFaults());
  after(() => rig.stop());

  const objectNames = async () => (await rig.sandbox.client.objects()).map(({ name }) => name);

  it('compares with exactly what the stand-ins answer', async () => {
    const committed = await readFile(SHAPES_FILE, 'utf8');
    assert.equal(renderShapes(await collectStandInShapes()), committed);
  });

  it('finds no difference in the stand-ins, for people and for machines', async () => {
    const { code, output } = await rig.run(rig.env, ALL);
    assert.match(output, /^It has 32 seconds of speech transcribed, /);
    assert.match(output, /\nAll 7 checks are ok\. No reply differs from what we know\.\n$/, output);
    assert.equal(code, 0);

    const prices = {
      SPEECH_PRICE_PER_MINUTE: '0.016',
      LLM_PRICE_PER_MILLION_INPUT_TOKENS: '1',
      LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: '2',
    };
    const own = { ...rig.env, ...prices, SPEECH_PROVIDER: 'openai-compatible' };
    const json = await rig.run(own, [...ALL, '--json']);
    const { ready, cost, checks, differences } = JSON.parse(json.output) as Report;
    assert.equal(ready, true);
    assert.match(cost, / that is 0\.\d+ [A-Z]{3} at most/);
    assert.deepEqual(new Set(checks.map(({ state }) => state)), new Set(['ok']));
    assert.deepEqual(differences, []);
    assert.deepEqual(await objectNames(), []);
  });

  for (const { system, faults, env = {}, lines } of PLANTED) {
    it(`names each difference of ${system} in one line, with whether it matters`, async () => {
      for (const fault of faults) await rig.sandbox.fault(fault);
      const { code, output } = await rig.run({ ...rig.env, ...env }, ALL);
      for (const line of lines) assert.match(output, line);
      assert.equal(code, 1, output);
      const others = output.split('\n').filter((line) => /^differs|^DIFFERS/i.test(line));
      const names = new Set(others.map((line) => /^\w+ +([^:]+):/.exec(line)?.[1]));
      assert.equal(names.size, 1, output);
      assert.deepEqual(await objectNames(), []);
    });
  }

  it('sends and writes nothing without a yes', async () => {
    const submitted = await rig.sandbox.hits('storage.objects.upload');
    const { code, output } = await rig.run(rig.env, ['--live', RECORDING]);
    assert.match(output, /^It has 32 seconds of speech transcribed, /);
    assert.match(output, /--yes is missing/);
    assert.equal(code, 2);
    assert.equal(await rig.sandbox.hits('storage.objects.upload'), submitted);
  });

  it('writes nothing into a bucket that keeps everything', async () => {
    const policy = { kind: 'storage#bucket', retentionPolicy: { retentionPeriod: '86400' } };
    await rig.sandbox.fault({
      system: 'storage',
      operation: 'buckets.get',
      action: { body: JSON.stringify(policy) },
    });
    const { code, output } = await rig.run(rig.env, ALL);
    assert.match(output, /FAULT +bucket +It is not certain that the test objects could be deleted/);
    assert.match(output, /skipped +recogniser/);
    assert.equal(code, 1);
    assert.deepEqual(await objectNames(), []);
  });

  it('deletes everything also when it is interrupted, once the recogniser has ended', async () => {
    const submitted = await rig.sandbox.hits('speech.BatchRecognize');
    await rig.sandbox.fault({
      system: 'speech',
      operation: 'GetOperation',
      action: { delayMs: 1_500 },
    });
    const { code, output } = await rig.run(rig.env, ALL, async (pid) => {
      await waitFor('the audio to be submitted', async () => {
        return (await rig.sandbox.hits('speech.BatchRecognize')) > submitted;
      });
      process.kill(pid, 'SIGINT');
    });
    assert.match(output, /skipped +recogniser +Not checked: the command was interrupted\./);
    assert.match(output, /ok +test objects +Nothing is left of them \(2 deleted\)\./);
    assert.equal(code, 130, output);
    assert.deepEqual(await objectNames(), []);
  });

  it('refuses what is no short recording before anything is asked', async () => {
    const text = join(rig.folder, 'call.wav');
    await writeFile(text, 'Not audio.');
    const asked = await rig.sandbox.hits('storage.objects.list');
    for (const [file, says] of [
      [text, /is not|no usable|not audio/i],
      [join(rig.folder, 'missing.wav'), /the file cannot be read \(ENOENT\)/],
    ] as const) {
      const { code, output } = await rig.run(rig.env, ['--live', file, '--yes']);
      assert.match(output, says);
      assert.doesNotMatch(output, /^\s+at /m);
      assert.equal(code, 1);
    }
    const { code } = await rig.run(rig.env, ['--call', '../1,2']);
    assert.equal(code, 2);
    assert.equal(await rig.sandbox.hits('storage.objects.list'), asked);
  });
});

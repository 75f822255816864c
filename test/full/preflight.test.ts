// Preflight is green on a good set-up, names each single misconfiguration in one line with its remedy, and leaves nothing behind.
import assert from 'node:assert/strict';

import { BUCKET } from '../../sandbox/environment.ts';
import { waitFor } from '../support/wait-for.ts';
import { MISCONFIGURATIONS } from './preflight/misconfigurations.ts';
import { SHORT_NAMESPACE, startPreflightRig, type PreflightRig } from './preflight/rig.ts';

type Report = {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly state: string }[];
};

const POLICY = JSON.stringify({
  kind: 'storage#bucket',
  retentionPolicy: { retentionPeriod: '86400' },
});

describe('npm run preflight', () => {
  let rig: PreflightRig;

  before(async () => {
    rig = await startPreflightRig();
  });
  afterEach(async () => {
    await rig.sandbox.client.clearFaults();
    // Where nothing may be deleted, an object is left, as the line says.
    for (const { name } of await objectsLeft()) {
      const objects = `${rig.env['STORAGE_API_ENDPOINT']}/storage/v1/b/${BUCKET}/o`;
      await fetch(`${objects}/${encodeURIComponent(name)}`, { method: 'DELETE' });
    }
  });
  after(() => rig.stop());

  const objectsLeft = async () =>
    (await rig.sandbox.client.objects()).filter(({ name }) => name.startsWith('preflight/'));

  it('is all green on a good set-up, for people and for machines', async () => {
    const { code, output } = await rig.run(rig.env);
    assert.match(output, /\nAll \d+ checks are ok\.\n$/, output);
    assert.equal(code, 0);

    const json = await rig.run(rig.env, ['--json']);
    const { ready, checks } = JSON.parse(json.output) as Report;
    assert.equal(ready, true);
    assert.ok(checks.length >= 20);
    assert.deepEqual(new Set(checks.map(({ state }) => state)), new Set(['ok']));
    assert.deepEqual(await objectsLeft(), []);
  });

  it('is all green with a transcription server of one’s own', async () => {
    const own = { ...rig.env, SPEECH_PROVIDER: 'openai-compatible' };
    const { code, output } = await rig.run(own);
    assert.match(output, /ok +transcription server +It accepts the key and knows the model\./);
    assert.equal(code, 0, output);
  });

  for (const { what, env = {}, faults = [], prepare, line } of MISCONFIGURATIONS) {
    it(`names ${what}, in one line with the remedy`, async () => {
      const stack = new AsyncDisposableStack();
      try {
        for (const fault of faults) await rig.sandbox.fault(fault);
        const prepared = (await prepare?.(rig, stack)) ?? {};
        const all = { ...rig.env, ...env, ...prepared };
        const { code, output } = await rig.run(all);
        const lines = output.split('\n').filter((each) => each.startsWith('FAULT'));
        assert.equal(lines.length, 1, output);
        assert.match(lines[0] ?? '', line);
        assert.equal(code, 1);
        assertNoSecret(output, all);
      } finally {
        await stack.disposeAsync();
      }
    });
  }

  it('warns of a namespace that forgets soon, and of nothing in a bucket that keeps everything', async () => {
    await rig.sandbox.fault({
      system: 'storage',
      operation: 'buckets.get',
      times: 2,
      action: { body: POLICY },
    });
    const written = await rig.sandbox.hits('storage.objects.insert');
    const { code, output } = await rig.run({ ...rig.env, TEMPORAL_NAMESPACE: 'default' });
    assert.match(output, /warning +bucket +It has a retention policy, so no test object/);
    assert.match(output, /warning +bucket: test object +Not written/);
    assert.equal(code, 0, output);
    assert.equal(await rig.sandbox.hits('storage.objects.insert'), written);

    const short = await rig.run({ ...rig.env, TEMPORAL_NAMESPACE: SHORT_NAMESPACE });
    assert.match(
      short.output,
      /warning +Temporal +The namespace keeps closed runs for only one day/,
    );
  });

  it('writes nothing where it may not see whether a policy would keep it', async () => {
    const action = { status: 403 };
    await rig.sandbox.fault({ system: 'storage', operation: 'buckets.get', times: 2, action });
    const written = await rig.sandbox.hits('storage.objects.insert');
    const { output } = await rig.run(rig.env);
    assert.match(output, /warning +bucket +.*may not see whether it has a retention policy/);
    assert.equal(await rig.sandbox.hits('storage.objects.insert'), written);
  });

  it('deletes its object also when it is interrupted, and then ends with code 130', async () => {
    await rig.sandbox.fault({
      system: 'storage',
      operation: 'objects.media',
      action: { hang: true },
    });
    const read = await rig.sandbox.hits('storage.objects.media');
    const { code, output } = await rig.run(rig.env, [], async (pid) => {
      await waitFor('the test object to be read', async () => {
        return (await rig.sandbox.hits('storage.objects.media')) > read;
      });
      assert.equal((await objectsLeft()).length, 1);
      process.kill(pid, 'SIGINT');
    });
    assert.match(
      output,
      /skipped +bucket: test object +Not checked: the command was interrupted\./,
    );
    assert.equal(code, 130, output);
    assert.deepEqual(await objectsLeft(), []);
  });

  it('says of settings that have no effect, without calling them a fault', async () => {
    const { code, output } = await rig.run({ ...rig.env, CONECTWISE_URL: 'https://cw.example' });
    assert.match(
      output,
      /warning +configuration +CONECTWISE_URL .* Did you mean CONNECTWISE_URL\?/,
    );
    assert.equal(code, 0, output);
  });
});

/** No value of a secret, and no part of a URL that holds one. */
function assertNoSecret(output: string, env: Readonly<Record<string, string>>): void {
  const secrets = Object.entries(env)
    .filter(([name]) => /_(?:API_KEY|PASSWORD|PRIVATE_KEY|PUBLIC_KEY|CLIENT_ID)$/.test(name))
    // Too short to be looked for: they occur in ordinary words.
    .filter(([, value]) => value.length > 3);
  for (const [name, value] of secrets) assert.ok(!output.includes(value), name);
  const { password } = new URL(env['DATABASE_URL'] ?? '');
  if (password.length > 3) assert.ok(!output.includes(password), 'DATABASE_URL');
}

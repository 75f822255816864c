// Whatever the environment names is used and not started, and the sandbox's settings never mix with it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serviceEnvironment } from '../../local/environment.ts';
import { readLocalEnvironment, toLocalSettings } from '../../local/settings.ts';

const sandbox = {
  controlUrl: 'http://127.0.0.1:4000',
  phoneSystemUrl: 'http://127.0.0.1:4010',
  storageApiEndpoint: 'http://127.0.0.1:4020',
  speechApiEndpoint: 'http://127.0.0.1:4030',
  connectwiseUrl: 'http://127.0.0.1:4040/v4_6_release/apis/3.0',
  languageModelBaseUrl: 'http://127.0.0.1:4050/v1',
  transcriptionBaseUrl: 'http://127.0.0.1:4060/v1',
};
const started = {
  databaseUrl: 'postgresql://127.0.0.1/started',
  temporal: { address: '127.0.0.1:7233', uiUrl: 'http://127.0.0.1:8233' },
  sandbox,
  whisper: null,
};

describe('the settings of the local run', () => {
  it('let the environment override the .env file, and treat an empty value as unset', () => {
    const folder = mkdtempSync(join(tmpdir(), 'settings-test-'));
    try {
      writeFileSync(join(folder, '.env'), 'PORT=3001\nLLM_MODEL=from-file\nDATABASE_URL=\n');
      const env = readLocalEnvironment({ PORT: '3002', TEMPORAL_ADDRESS: '' }, folder);
      assert.deepEqual(env, { PORT: '3002', LLM_MODEL: 'from-file' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const env of [
    { LOCAL_PORT_OFFSET: '2000' },
    { LOCAL_PORT_OFFSET: '3000' },
    { PORT: '6666' },
  ]) {
    it(`refuse a port that every browser blocks: ${JSON.stringify(env)}`, () => {
      assert.throws(() => toLocalSettings(env), /refuse to send HTTP to port/);
    });
  }

  it('shift every port by the offset, except that PORT decides the gateway’s', () => {
    assert.deepEqual(toLocalSettings({ LOCAL_PORT_OFFSET: '100' }).ports, {
      gateway: 3100,
      temporal: 7333,
      temporalUi: 8333,
      postgres: 15_532,
      sandbox: 4100,
      whisper: 4170,
    });
    assert.equal(toLocalSettings({ LOCAL_PORT_OFFSET: '100', PORT: '80' }).ports.gateway, 80);
    assert.throws(() => toLocalSettings({ PORT: '3000a' }), /PORT must be a whole number/);
  });

  it('use the sandbox for every system that is not named, including the transcription server', () => {
    const rest = {
      PHONE_SYSTEM_URL: 'https://phones.example',
      RECORDINGS_BUCKET: 'b',
      GOOGLE_CLOUD_PROJECT: 'p',
      CONNECTWISE_URL: 'https://cw.example',
      LLM_BASE_URL: 'https://model.example/v1',
    };
    assert.equal(toLocalSettings(rest).needsSandbox, false);
    const server = { ...rest, SPEECH_PROVIDER: 'openai-compatible' };
    assert.equal(toLocalSettings(server).needsSandbox, true);
    assert.equal(toLocalSettings(server, { whisper: true }).needsSandbox, false);
    const own = { ...server, TRANSCRIPTION_BASE_URL: 'https://whisper.example/v1' };
    assert.equal(toLocalSettings(own).needsSandbox, false);
    assert.throws(() => toLocalSettings(own, { whisper: true }), /leave out one of them/);
  });

  it('start Temporal unless its address is set, and refuse incomplete settings', () => {
    assert.equal(toLocalSettings({}).ownTemporal, false);
    assert.equal(toLocalSettings({ TEMPORAL_ADDRESS: 'a:7233' }).ownTemporal, true);
    assert.equal(toLocalSettings({ TEMPORAL_PROFILE: 'prod' }).ownTemporal, true);
    assert.throws(
      () => toLocalSettings({ TEMPORAL_API_KEY: 'secret', TEMPORAL_NAMESPACE: 'n' }),
      /^LocalRunError: TEMPORAL_API_KEY, TEMPORAL_NAMESPACE are set without TEMPORAL_ADDRESS/,
    );
  });
});

describe('the environment of worker and gateway', () => {
  it('names what was started, and overrides the keys of systems that the sandbox replaces', () => {
    const settings = toLocalSettings({
      LLM_API_KEY: 'real',
      GOOGLE_CLOUD_PROJECT: 'half',
      PATH: '/bin',
    });
    const env = serviceEnvironment(settings, started);
    assert.equal(env['DATABASE_URL'], started.databaseUrl);
    assert.equal(env['TEMPORAL_ADDRESS'], '127.0.0.1:7233');
    assert.equal(env['PATH'], '/bin');
    assert.notEqual(env['LLM_API_KEY'], 'real');
    assert.equal(env['GOOGLE_CLOUD_PROJECT'], 'sandbox');
  });

  it('leaves the settings of the user’s own system exactly as they are', () => {
    const own = {
      PHONE_SYSTEM_URL: 'https://phones.example',
      RECORDINGS_BUCKET: 'real-bucket',
      GOOGLE_CLOUD_PROJECT: 'real-project',
      LLM_BASE_URL: 'https://model.example/v1',
    };
    const env = serviceEnvironment(toLocalSettings(own), started);
    for (const [name, value] of Object.entries(own)) assert.equal(env[name], value);
    // The user left these out, so the service's own defaults apply, not the sandbox's values.
    for (const name of [
      'PHONE_SYSTEM_PASSWORD',
      'OWN_PHONE_NUMBERS',
      'STORAGE_API_ENDPOINT',
      'SPEECH_API_ENDPOINT',
      'LLM_API_KEY',
    ]) {
      assert.equal(env[name], undefined, name);
    }
    assert.equal(env['CONNECTWISE_URL'], sandbox.connectwiseUrl);
  });

  it('names the right transcription server: the sandbox’s, the user’s own, or Whisper', () => {
    const wanted = { SPEECH_PROVIDER: 'openai-compatible', SPEECH_LANGUAGE_CODES: 'de-DE' };
    const stoodIn = serviceEnvironment(toLocalSettings(wanted), started);
    assert.equal(stoodIn['SPEECH_PROVIDER'], 'openai-compatible');
    assert.equal(stoodIn['TRANSCRIPTION_BASE_URL'], sandbox.transcriptionBaseUrl);
    assert.equal(stoodIn['SPEECH_LANGUAGE_CODES'], 'en-GB');

    const mine = { ...wanted, TRANSCRIPTION_BASE_URL: 'http://10.0.0.9:8000/v1' };
    const own = serviceEnvironment(toLocalSettings(mine), started);
    for (const [name, value] of Object.entries(mine)) assert.equal(own[name], value);
    assert.equal(own['TRANSCRIPTION_API_KEY'], undefined);

    const whisper = { baseUrl: 'http://127.0.0.1:4070/v1', model: 'tiny.en' };
    const heard = serviceEnvironment(
      toLocalSettings({ SPEECH_LANGUAGE_CODES: 'de' }, { whisper: true }),
      {
        ...started,
        whisper,
      },
    );
    assert.equal(heard['SPEECH_PROVIDER'], 'openai-compatible');
    assert.equal(heard['TRANSCRIPTION_BASE_URL'], whisper.baseUrl);
    assert.equal(heard['TRANSCRIPTION_MODEL'], 'tiny.en');
    assert.equal(heard['SPEECH_LANGUAGE_CODES'], 'en');
  });
});

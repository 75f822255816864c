import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadGatewayConfig, loadTemporalConfig, loadWorkerConfig } from '../../src/config.ts';
import { ConfigurationError } from '../../src/config/configuration-error.ts';

// The configuration is read once, and all its faults are reported together, by name and never with a value.

const WORKER = {
  DATABASE_URL: 'postgresql://u:secret@127.0.0.1/d',
  PHONE_SYSTEM_URL: 'https://phone.example/',
  PHONE_SYSTEM_USERNAME: 'u',
  PHONE_SYSTEM_PASSWORD: 'p',
  RECORDINGS_BUCKET: 'bucket',
  GOOGLE_CLOUD_PROJECT: 'project',
  CONNECTWISE_URL: 'https://cw.example/v4_6_release/apis/3.0',
  CONNECTWISE_COMPANY_ID: 'c',
  CONNECTWISE_PUBLIC_KEY: 'k',
  CONNECTWISE_PRIVATE_KEY: 'k',
  CONNECTWISE_CLIENT_ID: 'id',
  LLM_BASE_URL: 'https://llm.example/v1',
  LLM_API_KEY: 'key',
  LLM_MODEL: 'model',
};

function faultsOf(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

function without<T extends object>(values: T, name: keyof T): Partial<T> {
  const { [name]: _, ...others } = values;
  return others as Partial<T>;
}

describe('the configuration', () => {
  it('uses the default for a variable that is unset or empty', () => {
    const config = loadWorkerConfig({ ...WORKER, TEMPORAL_NAMESPACE: '', PHONE_REGION: ' ' });
    assert.equal(config.temporal.namespace, 'default');
    assert.equal(config.numberRules.region, 'GB');
    assert.equal(config.reprocessWindowMs, 30 * 24 * 60 * 60 * 1000);
    assert.equal(config.connectwise.requestsPerMinute, 60);
    assert.equal(config.phoneSystem.url, 'https://phone.example');
    assert.ok(config.speech.provider === 'google');
    assert.deepEqual(config.speech.languageCodes, ['en-GB']);
    assert.deepEqual([config.speech.model, config.speech.phrases], ['auto', []]);
    assert.equal(config.callerChannel, 1);
    const gateway = loadGatewayConfig({ DATABASE_URL: WORKER.DATABASE_URL });
    assert.deepEqual([gateway.host, gateway.port, gateway.callerChannel], ['127.0.0.1', 3000, 1]);
    assert.deepEqual(gateway.prices, {
      currency: 'USD',
      speechPerMinute: null,
      perMillionInputTokens: null,
      perMillionOutputTokens: null,
    });
    const { maxInputTokens, maxOutputTokens, maxRequestBytes } = config.languageModel;
    assert.deepEqual(
      [maxInputTokens, maxOutputTokens, maxRequestBytes],
      [32_000, 8_000, 1_000_000],
    );
  });

  const SERVER = {
    ...WORKER,
    SPEECH_PROVIDER: 'openai-compatible',
    TRANSCRIPTION_BASE_URL: 'https://whisper.example/v1/',
    TRANSCRIPTION_MODEL: 'whisper-1',
  };

  it('names all missing variables together, whichever provider transcribes', () => {
    for (const [given, wanted] of [
      [{}, WORKER],
      [{ SPEECH_PROVIDER: 'openai-compatible' }, without(SERVER, 'GOOGLE_CLOUD_PROJECT')],
    ] as const) {
      const missing = faultsOf(() => loadWorkerConfig(given)).map((fault) => fault.split(' ')[0]);
      const names = Object.keys(wanted).filter((name) => name !== 'SPEECH_PROVIDER');
      assert.deepEqual(new Set(missing), new Set(names));
    }
  });

  it('requires no Google Speech settings where another server transcribes', () => {
    const { speech, recordingStore } = loadWorkerConfig({
      ...without(SERVER, 'GOOGLE_CLOUD_PROJECT'),
      SPEECH_LANGUAGE_CODES: 'de-AT, en-GB',
      SPEECH_PHRASES: 'Kestrel, Brightwater Dental',
    });
    assert.deepEqual(speech, {
      provider: 'openai-compatible',
      baseUrl: 'https://whisper.example/v1',
      apiKey: null,
      model: 'whisper-1',
      language: 'de',
      phrases: ['Kestrel', 'Brightwater Dental'],
      answerTimeoutMs: 60 * 60 * 1000,
      concurrency: null,
      maxBytes: null,
      maxSeconds: null,
    });
    assert.equal(recordingStore.projectId, null);
    const found = loadWorkerConfig({ ...SERVER, SPEECH_LANGUAGE_CODES: 'auto' }).speech;
    assert.ok(found.provider === 'openai-compatible');
    assert.equal(found.language, null);
  });

  it('refuses a setting that no provider can use, by name', () => {
    for (const [name, value] of [
      ['SPEECH_PROVIDER', 'azure'],
      ['TRANSCRIPTION_BASE_URL', 'whisper.example'],
      ['TRANSCRIPTION_TIMEOUT', '3 hours'],
      ['TRANSCRIPTION_MAX_BYTES', '25'],
      ['TRANSCRIPTION_MAX_BYTES', '25 MB'],
      ['TRANSCRIPTION_MAX_SECONDS', '10 minutes'],
      ['TRANSCRIPTION_MAX_SECONDS', '9'],
      ['TRANSCRIPTION_MAX_SECONDS', '86401'],
      ['SPEECH_LANGUAGE_CODES', 'english'],
    ] as const) {
      const faults = faultsOf(() => loadWorkerConfig({ ...SERVER, [name]: value }));
      assert.equal(faults.length, 1, faults.join());
      assert.ok(faults[0]?.startsWith(`${name} `), faults.join());
    }
  });

  it('refuses a setting of the gateway that would let in more than it says, without its value', () => {
    const sha256 = '5ec2e7'.repeat(11).slice(0, 64);
    for (const [name, value] of [
      ['TRUST_PROXY', 'secret'],
      ['TRUST_PROXY', '10.0.0.0/33'],
      ['TRUST_PROXY', '10.0.0.0/8,0.0.0.0/0'],
      ['TRUST_PROXY', '::/0'],
      ['TRUST_PROXY', 'true'],
      ['PUBLIC_URL', 'https://secret.example/calls'],
      ['PUBLIC_URL', 'https://u:secret@calls.example'],
      ['PUBLIC_URL', 'secret.example'],
      ['HOST', '192.0.2.1'],
      ['API_KEYS', `secret:calls:delete:${sha256}`],
      ['HOOK_SECRET', 'secret'],
      ['REQUESTS_PER_MINUTE', '-1'],
      ['OPEN_RUNS_PER_KEY', 'secret'],
    ] as const) {
      const { DATABASE_URL } = WORKER;
      const faults = faultsOf(() => loadGatewayConfig({ DATABASE_URL, [name]: value }));
      assert.equal(faults.length, 1, `${name}=${value}: ${faults.join()}`);
      assert.ok(faults[0]?.startsWith(`${name} `), faults.join());
      assert.doesNotMatch(faults.join(), /secret|5ec2e7|192\.0/);
    }
  });

  it('warns of a gateway that others reach without TLS, without keys or by no name', () => {
    const { DATABASE_URL } = WORKER;
    const API_KEYS = `name:admin:${'a'.repeat(64)}`;
    for (const [env, words] of [
      [{ HOST: '0.0.0.0', API_KEYS }, /PUBLIC_URL is not set/],
      [{ PUBLIC_URL: 'http://calls.example', API_KEYS }, /unencrypted/],
      [{ PUBLIC_URL: 'https://calls.example' }, /no API_KEYS/],
    ] as const) {
      const { warnings } = loadGatewayConfig({ DATABASE_URL, ...env });
      assert.equal(warnings.length, 1, warnings.join());
      assert.match(warnings[0] ?? '', words);
    }
    const env = { PUBLIC_URL: 'https://calls.example', HOST: '0.0.0.0', API_KEYS };
    assert.deepEqual(loadGatewayConfig({ DATABASE_URL, ...env }).warnings, []);
  });

  const BAD: readonly (readonly [name: string, value: string])[] = [
    ['DATABASE_URL', 'mysql://secret@db/x'],
    ['DATABASE_URL', 'secret'],
    ['DATABASE_URL', 'postgresql://secret@db/x?sslmode=no-verify'],
    ['DATABASE_URL', 'postgresql://secret@db/x?sslmode=verify-full&sslrootcert=/secret.pem'],
    ['DATABASE_URL', 'postgresql://secret@db/x?pool_timeout=secret'],
    ['DATABASE_POOL_SIZE', '0'],
    ['PHONE_SYSTEM_URL', 'ftp://secret'],
    ['RECORDING_MAX_BYTES', 'secret'],
    ['PHONE_REGION', 'secret'],
    ['REPROCESS_WINDOW', 'secret'],
    ['REPROCESS_WINDOW', '0'],
    ['OWN_PHONE_NUMBERS', 'secret'],
    ['SPEECH_LANGUAGE_CODES', ','],
    ['SPEECH_LANGUAGE_CODES', 'en-GB,en-US,de-DE,fr-FR'],
    ['SPEECH_LANGUAGE_CODES', 'secret_language'],
    ['SPEECH_LANGUAGE_CODES', 'auto'],
    ['SPEECH_PHRASES', `secret,${'long '.repeat(21)}`],
    ['SPEECH_PHRASES', 'secret,'.repeat(1_201)],
    ['SPEECH_PHRASES', `${'s'.repeat(100)},`.repeat(1_001)],
    ['RECORDING_CALLER_CHANNEL', '3'],
    ['LOG_LEVEL', 'secret'],
    ['CONNECTWISE_REQUESTS_PER_MINUTE', '1.5'],
    ['LLM_MAX_INPUT_TOKENS', '9999'],
    ['LLM_MAX_OUTPUT_TOKENS', '0'],
    ['LLM_MAX_REQUEST_BYTES', '1 MB'],
    ['PHONE_SYSTEM_URL', 'http://secret.example'],
    ['PHONE_SYSTEM_URL', 'HTTP://secret.example'],
    ['PHONE_SYSTEM_URL', 'http:secret.example'],
    ['PHONE_SYSTEM_URL', 'https://u:secret@phone.example'],
    ['CONNECTWISE_URL', 'http://secret.lan/v4_6_release/apis/3.0'],
    ['CONNECTWISE_URL', 'https://secret@cw.example'],
    ['LLM_BASE_URL', 'http://192.168.0.secret.lan/v1'],
    ['STORAGE_API_ENDPOINT', 'http://:secret@127.0.0.1'],
    ['SPEECH_API_ENDPOINT', 'https://secret@speech.example'],
    ['LLM_API_KEY', 'secret\nLLM_MODEL=other'],
    ['LLM_API_KEY', '"secret"'],
    ['LLM_API_KEY', '\u201csecret\u201d'],
    ['LLM_API_KEY', 'Bearer secret'],
    ['CONNECTWISE_PRIVATE_KEY', "'secret'"],
    ['CONNECTWISE_PUBLIC_KEY', 'se\0cret'],
    ['CONNECTWISE_CLIENT_ID', 'secret\r\nX-Other: 1'],
    ['PHONE_SYSTEM_PASSWORD', 'secret\nsecret'],
    ['TEMPORAL_API_KEY', 'secret\nsecret'],
    ['TEMPORAL_API_KEY', '"secret"'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  ];
  for (const [name, value] of BAD) {
    it(`refuses ${name}=${value
      .replaceAll('secret', '…')
      .replaceAll(/\p{Cc}/gu, '␤')
      .slice(0, 40)} by name, without the value`, () => {
      const faults = faultsOf(() => loadWorkerConfig({ ...WORKER, [name]: value }));
      assert.equal(faults.length, 1, faults.join());
      assert.ok(faults[0]?.startsWith(`${name} `));
      assert.doesNotMatch(faults.join(), /secret/);
    });
  }

  it('refuses combinations of speech settings that Google refuses, and accepts valid ones', () => {
    const speechFaults = (env: Record<string, string>) =>
      faultsOf(() => loadWorkerConfig({ ...WORKER, ...env }));
    const several = { SPEECH_LANGUAGE_CODES: 'en-GB,de-DE' };
    assert.equal(speechFaults({ ...several, SPEECH_LOCATION: 'europe-west4' }).length, 1);
    assert.deepEqual(speechFaults({ ...several, SPEECH_LOCATION: 'us' }), []);
    const automatic = { SPEECH_MODEL: 'chirp_3', SPEECH_LANGUAGE_CODES: 'auto' };
    assert.deepEqual(speechFaults(automatic), []);
    assert.equal(speechFaults({ ...automatic, SPEECH_LANGUAGE_CODES: 'auto,en-GB' }).length, 1);
    const phrases = { SPEECH_PHRASES: 'Harbourlight, Brightwater Dental' };
    assert.deepEqual(speechFaults(phrases), []);
    assert.equal(speechFaults({ ...phrases, SPEECH_MODEL: 'chirp' }).length, 1);
    const { speech } = loadWorkerConfig({ ...WORKER, ...phrases });
    assert.deepEqual(speech.phrases, ['Harbourlight', 'Brightwater Dental']);
  });

  it('reads prices exactly, and refuses anything else by name, without the value', () => {
    const env = { DATABASE_URL: WORKER.DATABASE_URL };
    const { prices } = loadGatewayConfig({
      ...env,
      SPEECH_PRICE_PER_MINUTE: '0.016',
      LLM_PRICE_PER_MILLION_INPUT_TOKENS: '0.15',
      PRICE_CURRENCY: 'GBP',
    });
    assert.deepEqual(prices, {
      currency: 'GBP',
      speechPerMinute: 16_000n,
      perMillionInputTokens: 150_000n,
      perMillionOutputTokens: null,
    });
    const wrong = {
      SPEECH_PRICE_PER_MINUTE: '-1.secret',
      LLM_PRICE_PER_MILLION_INPUT_TOKENS: '0.0000001',
      LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: '1,5',
      PRICE_CURRENCY: 'secret',
    };
    const faults = faultsOf(() => loadGatewayConfig({ ...env, ...wrong }));
    const named = faults.map((fault) => fault.split(' ')[0]);
    assert.deepEqual(new Set(named), new Set(Object.keys(wrong)));
    assert.equal(faults.length, 4);
    assert.doesNotMatch(faults.join(), /secret/);
  });

  const LAN = 'http://10.0.0.9:8000/v1';

  it('warns where words and recordings would cross the network unencrypted, and refuses it for keys', () => {
    const server = { ...SERVER, TRANSCRIPTION_BASE_URL: LAN };
    for (const [env, wanted] of [
      [server, ['TRANSCRIPTION_BASE_URL']],
      [{ ...WORKER, LLM_BASE_URL: LAN, LLM_API_KEY: 'none' }, ['LLM_BASE_URL']],
      [
        { ...WORKER, STORAGE_API_ENDPOINT: LAN.replace('http', 'HTTP'), SPEECH_API_ENDPOINT: LAN },
        ['STORAGE_API_ENDPOINT', 'SPEECH_API_ENDPOINT'],
      ],
    ] as const) {
      const { warnings, recordingStore } = loadWorkerConfig(env);
      assert.doesNotMatch(recordingStore.apiEndpoint ?? '', /^HTTP/);
      assert.deepEqual(
        warnings.map((warning) => warning.split(' ')[0]),
        wanted,
      );
      assert.doesNotMatch(warnings.join(), /10\.0\.0\.9/);
    }
    assert.match(
      faultsOf(() => loadWorkerConfig({ ...server, TRANSCRIPTION_API_KEY: 'k' })).join(),
      /^TRANSCRIPTION_BASE_URL .* because TRANSCRIPTION_API_KEY /,
    );
  });

  it('says nothing of http:// on this machine', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '[::1]']) {
      const url = `http://${host}:9/v1`;
      const { warnings } = loadWorkerConfig({
        ...SERVER,
        PHONE_SYSTEM_URL: url,
        CONNECTWISE_URL: url,
        LLM_BASE_URL: url,
        TRANSCRIPTION_BASE_URL: url,
        TRANSCRIPTION_API_KEY: 'k',
        STORAGE_API_ENDPOINT: url,
      });
      assert.deepEqual(warnings, []);
    }
  });

  it('refuses to send a key of Temporal unencrypted to another machine', async () => {
    const key = { TEMPORAL_API_KEY: 'secret', TEMPORAL_TLS: 'false' };
    const cloud = { TEMPORAL_ADDRESS: 'a.tmprl.cloud:7233' };
    const load = (env: Record<string, string>) => faultsOf(() => loadTemporalConfig(env));
    assert.match(load({ ...key, ...cloud }).join(), /^TEMPORAL_API_KEY .*TEMPORAL_TLS/);
    assert.deepEqual(load({ ...cloud, TEMPORAL_API_KEY: 'secret' }), []);
    assert.deepEqual(load({ ...key, TEMPORAL_ADDRESS: '127.0.0.1:7233' }), []);
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-config-'));
    try {
      const file = join(folder, 'temporal.toml');
      const profile = '[profile.default]\naddress = "a.tmprl.cloud:7233"\napi_key = "secret"\n';
      await writeFile(file, `${profile}[profile.default.tls]\ndisabled = true\n`);
      assert.match(load({ TEMPORAL_CONFIG_FILE: file }).join(), /^TEMPORAL_API_KEY .*profile/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes a key with blanks or a line end around it, as a mounted file has them', () => {
    assert.equal(
      loadWorkerConfig({ ...WORKER, LLM_API_KEY: ' key\n' }).languageModel.apiKey,
      'key',
    );
  });

  it('warns of quotation marks that may be meant', () => {
    const { warnings, phoneSystem } = loadWorkerConfig({
      ...WORKER,
      PHONE_SYSTEM_PASSWORD: '"secret"',
    });
    assert.equal(phoneSystem.password, '"secret"');
    assert.match(warnings.join(), /^PHONE_SYSTEM_PASSWORD /);
    assert.doesNotMatch(warnings.join(), /secret/);
  });

  it('reads a REPROCESS_WINDOW in words', () => {
    const config = loadWorkerConfig({ ...WORKER, REPROCESS_WINDOW: '12 hours' });
    assert.equal(config.reprocessWindowMs, 12 * 60 * 60 * 1000);
  });

  it("reads a user's temporal.toml only when it is named", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-config-'));
    try {
      const file = join(folder, 'temporal.toml');
      await writeFile(file, '[profile.default]\naddress = "production:7233"\nnamespace = "live"\n');
      const unnamed = loadTemporalConfig({ XDG_CONFIG_HOME: folder, HOME: folder });
      assert.equal(unnamed.namespace, 'default');
      const named = loadTemporalConfig({ TEMPORAL_CONFIG_FILE: file });
      assert.deepEqual([named.namespace, named.connection.address], ['live', 'production:7233']);
      const missing = faultsOf(() => loadTemporalConfig({ TEMPORAL_CONFIG_FILE: folder }));
      assert.equal(missing.length, 1);
      assert.match(missing[0] ?? '', /TEMPORAL_CONFIG_FILE/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

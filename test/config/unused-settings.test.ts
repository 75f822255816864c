// Guarantees that a misspelt setting is told by name, and that nothing else is taken for one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { findUnusedSettings } from '../../src/config/unused-settings.ts';

const say = (name: string) => `${name} is not a setting of this service, so it has no effect.`;

describe('settings that have no effect', () => {
  for (const [name, meant] of [
    ['LLM_API_KYE', 'LLM_API_KEY'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['TASK_QUE', 'TASK_QUEUE'],
    ['TEMPORAL_ADRESS', 'TEMPORAL_ADDRESS'],
    ['GOOGLE_CLOUD_PROJECT_ID', 'GOOGLE_CLOUD_PROJECT'],
    ['llm_model', 'LLM_MODEL'],
    ['PHONE-SYSTEM-URL', 'PHONE_SYSTEM_URL'],
    ['POTR', null],
    ['PORTT', 'PORT'],
    ['LLM_TEMPERATURE', ''],
    ['TEMPORAL_CODEC_ENDPOINT', ''],
  ] as const) {
    it(`${name}: ${meant === null ? 'too short to tell' : `told, ${meant || 'without a guess'}`}`, () => {
      const wanted = meant ? [`${say(name)} Did you mean ${meant}?`] : [say(name)];
      assert.deepEqual(
        findUnusedSettings({ [name]: 'secret' }, null),
        meant === null ? [] : wanted,
      );
    });
  }

  it('are none of those that .env.example names', () => {
    const example = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8');
    const filled = example.replaceAll(/^#([A-Z_]+=).*$/gm, '$1x');
    assert.match(filled, /^LLM_MODEL=x$/m);
    assert.deepEqual(findUnusedSettings({}, filled), []);
  });

  it('are none of what shells, npm, Kubernetes, Google and other programs put there', () => {
    const others = {
      HOME: '/root',
      HOSTNAME: 'h',
      HOSTTYPE: 'x',
      REPORT: 'x',
      LANG: 'C',
      npm_config_cache: 'x',
      NODE_OPTIONS: 'x',
      GOOGLE_CLOUD_QUOTA_PROJECT: 'x',
      POSTGRES_USER: 'x',
      TEMPORAL_PORT: 'tcp://10.0.0.1:7233',
      TEMPORAL_PORT_7233_TCP_ADDR: '10.0.0.1',
      TEMPORAL_SERVICE_HOST: '10.0.0.1',
      TEMPORAL_GRPC_META_TENANT: 'x',
      LLM_OLD_KEY: '',
    };
    assert.deepEqual(findUnusedSettings(others, null), []);
  });

  it('are lines of .env that are no assignment, by their numbers', () => {
    const file = [
      '\uFEFFLLM_MODEL=behind a byte order mark',
      '# a comment',
      'PHONE_SYSTEM_URL: https://secret.example/?a=b',
      '',
      ' export HOST = 127.0.0.1 # fine',
      'TEMPORAL_TLS_CLIENT_KEY_DATA="-----BEGIN',
      'secret secret',
      'END-----"',
      'LLM_API_KEY secret',
      "SPEECH_PHRASES='an unclosed one",
      'secret',
    ];
    for (const end of ['\n', '\r\n']) {
      const told = findUnusedSettings({}, file.join(end));
      assert.deepEqual(
        told.filter((sentence) => sentence.startsWith('Line ')),
        [1, 3, 9, 11].map(
          (line) => `Line ${line} of .env is not of the form NAME=value, so it has no effect.`,
        ),
      );
      assert.doesNotMatch(told.join(), /secret/);
    }
  });
});

// Guarantees that the corpus is complete: it has a reply for every code that a reply can cause.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ERROR_CODES, isErrorCode } from '../../src/domain/error-codes.ts';
import { DATABASE } from './corpus/database.ts';
import { GATEWAY } from './corpus/gateway.ts';
import { SCENARIOS } from './corpus/scenarios.ts';
import { SPEECH } from './corpus/speech.ts';
import { STORAGE } from './corpus/storage.ts';
import { OVER_HTTP } from './support/over-http.ts';

/** Codes of the service's own rules and of its runs, which no other system's reply can cause. */
const OUR_OWN = [
  'SPEECH_FORMAT_UNSUPPORTED',
  'SPEECH_AUDIO_TOO_LONG',
  'INVALID_INPUT',
  'HOST_NOT_SERVED',
  'ORIGIN_FOREIGN',
  'KEY_REFUSED',
  'TOKEN_MISSING',
  'HOOK_REFUSED',
  'SCOPE_MISSING',
  'LIMIT_REACHED',
  'GATEWAY_OVERLOADED',
  'NOT_FOUND',
  'RANGE_NOT_SATISFIABLE',
  'RECORDING_NOT_SERVED',
  'WAVEFORM_NOT_KNOWN',
  'WAVEFORM_UNREADABLE',
  'CALL_NOT_OPENED',
  'TEMPORAL_NO_WORKER',
  'CALL_CONFLICT',
  'CALL_IN_PROGRESS',
  'CALL_ROW_MISSING',
  'STEP_SUPERSEDED',
  'CONNECTWISE_QUEUED',
  'SPEECH_QUEUED',
  'MODEL_QUEUED',
  'TIMEOUT',
  'WORKER_CRASHED',
  'CANCELLED',
  'RUN_CLOSED',
  'REPROCESS_WINDOW_EXPIRED',
];

/** Codes that take a server or a call of their own to cause, by the test that has one. */
const CAUSED_ELSEWHERE = {
  DATABASE_CERTIFICATE_UNTRUSTED: 'test/repositories/tls.test.ts',
  DATABASE_TLS_REFUSED: 'test/repositories/tls.test.ts',
  DATABASE_POOLER_UNSUITABLE: 'test/repositories/pooler.test.ts',
  MODEL_INPUT_TRUNCATED: 'test/clients/language-model/truncation.test.ts',
} as const;

const CASES: readonly (readonly unknown[])[] = [
  ...OVER_HTTP.flatMap(([, cases]) => cases),
  ...Object.values(STORAGE).flat(),
  ...Object.values(SPEECH).flat(),
  ...DATABASE,
  ...GATEWAY,
];

describe('the corpus of replies', () => {
  for (const [code, file] of Object.entries(CAUSED_ELSEWHERE)) {
    it(`leaves ${code} to a test that causes it`, () => {
      const test = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
      assert.ok(test.includes(`'${code}'`), file);
    });
  }

  it('has a reply for every code that another system can cause', () => {
    const covered = new Set([
      ...OUR_OWN,
      ...Object.keys(CAUSED_ELSEWHERE),
      ...CASES.flat().filter(isErrorCode),
      ...SCENARIOS.flatMap(({ attempts }) => attempts.map(([code]) => code)),
    ]);
    assert.deepEqual([...covered].toSorted(), Object.keys(ERROR_CODES).toSorted());
  });
});

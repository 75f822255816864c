// Guarantees that the corpus is complete: it has a reply for every code that a reply can cause.
import assert from 'node:assert/strict';

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
  'NOT_FOUND',
  'CALL_NOT_OPENED',
  'TEMPORAL_NO_WORKER',
  'CALL_CONFLICT',
  'CALL_IN_PROGRESS',
  'CALL_ROW_MISSING',
  'STEP_SUPERSEDED',
  'TIMEOUT',
  'WORKER_CRASHED',
  'CANCELLED',
  'REPROCESS_WINDOW_EXPIRED',
];

const CASES: readonly (readonly unknown[])[] = [
  ...OVER_HTTP.flatMap(([, cases]) => cases),
  ...Object.values(STORAGE).flat(),
  ...Object.values(SPEECH).flat(),
  ...DATABASE,
  ...GATEWAY,
];

describe('the corpus of replies', () => {
  it('has a reply for every code that another system can cause', () => {
    const covered = new Set([
      ...OUR_OWN,
      ...CASES.flat().filter(isErrorCode),
      ...SCENARIOS.flatMap(({ attempts }) => attempts.map(([code]) => code)),
    ]);
    assert.deepEqual([...covered].toSorted(), Object.keys(ERROR_CODES).toSorted());
  });
});

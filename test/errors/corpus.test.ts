// Guarantees that the corpus is complete: it has a reply for every code that a reply can cause.
import assert from 'node:assert/strict';

import { ERROR_CODES, isErrorCode } from '../../src/domain/error-codes.ts';
import { CONNECTWISE } from './corpus/connectwise.ts';
import { DATABASE } from './corpus/database.ts';
import { GATEWAY } from './corpus/gateway.ts';
import { LANGUAGE_MODEL } from './corpus/language-model.ts';
import { PHONE_SYSTEM } from './corpus/phone-system.ts';
import { SCENARIOS } from './corpus/scenarios.ts';
import { RESULT_FILES, SPEECH } from './corpus/speech.ts';
import { STORAGE } from './corpus/storage.ts';
import { TRANSCRIPTION_SERVER } from './corpus/transcription-server.ts';

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
  'CONNECTWISE_QUEUED',
  'TIMEOUT',
  'WORKER_CRASHED',
  'CANCELLED',
  'REPROCESS_WINDOW_EXPIRED',
];

const CASES: readonly (readonly unknown[])[] = [
  ...PHONE_SYSTEM,
  ...Object.values(STORAGE).flat(),
  ...Object.values(SPEECH).flat(),
  ...RESULT_FILES,
  ...TRANSCRIPTION_SERVER,
  ...CONNECTWISE,
  ...LANGUAGE_MODEL,
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

// Guarantees that every state of a call is explained in plain words, which a dispatcher understands without knowing any code.
import assert from 'node:assert/strict';

import { CALL_STATUSES, COMPANY_MATCHES, OUTCOMES } from '../../src/domain/call.ts';
import { ERROR_CODES, type ErrorCode } from '../../src/domain/error-codes.ts';
import { explainCall, type ExplainedCall } from '../../src/domain/explanation.ts';
import type { Waiting } from '../../src/domain/waiting.ts';
import { STEPS } from '../../src/domain/names.ts';

const COMPLETED: ExplainedCall = {
  status: 'COMPLETED',
  outcome: 'ANALYZED',
  companyMatch: 'MATCHED',
  companyName: 'Brightwater Dental',
  hasNumber: true,
  failure: null,
  waiting: null,
  running: null,
  temporalFailure: null,
  isRunClosed: false,
};

const KEY_REFUSED = {
  step: 'analyzeTranscript',
  code: 'MODEL_CREDENTIALS_REFUSED',
  message:
    'Asking the language model failed: it answered 401 (model m at llm.example). Correct LLM_API_KEY, restart the workers, then send the signal reprocess.',
} as const;

const TEMPORAL_IS_AWAY = 'Temporal did not answer.';

const WAITING: Waiting = {
  step: 'archiveRecording',
  attempt: 7,
  code: 'STORAGE_UNAVAILABLE',
  message: 'Storing failed: Cloud Storage answered 503 (gs://bucket/name).',
  since: new Date('2026-11-30T12:03:04Z'),
  nextAttemptAt: new Date('2026-11-30T12:10:00Z'),
};

const CASES: readonly [Partial<ExplainedCall>, string][] = [
  [{}, 'The call was with Brightwater Dental. What was said was analysed.'],
  [
    { companyMatch: 'AMBIGUOUS', companyName: null },
    'Several companies in ConnectWise share this number, so none was chosen. What was said was analysed.',
  ],
  [
    { companyMatch: 'UNKNOWN', companyName: null },
    'No company in ConnectWise has this number. What was said was analysed.',
  ],
  [
    { companyMatch: 'UNKNOWN', companyName: null, hasNumber: false },
    'The phone system gives no usable number for the other side, so no company was looked for. What was said was analysed.',
  ],
  [
    { companyMatch: 'WITHHELD', companyName: null, hasNumber: false },
    'The caller withheld the number, so the company is not known. What was said was analysed.',
  ],
  [
    { companyMatch: 'INTERNAL', companyName: null, hasNumber: false },
    'A call between colleagues, so no company was looked for. What was said was analysed.',
  ],
  [
    { outcome: 'NO_SPEECH' },
    'The call was with Brightwater Dental. Nobody spoke in the recording, so there was nothing to analyse.',
  ],
  [{ status: 'PROCESSING', outcome: null }, 'The call is being processed.'],
  [
    {
      status: 'FAILED',
      outcome: null,
      failure: KEY_REFUSED,
    },
    'What was said could not be analysed. Asking the language model failed: it answered 401 (model m at llm.example). Correct LLM_API_KEY, restart the workers, then send the signal reprocess.',
  ],
  [
    { status: 'PROCESSING', outcome: null, waiting: WAITING },
    'The recording could not be fetched and archived so far. Storing failed: Cloud Storage answered 503 (gs://bucket/name). It has been tried 7 times since 2026-11-30 12:03:04 UTC and is tried again by itself, next at 2026-11-30 12:10:00 UTC. Wait until Cloud Storage answers again.',
  ],
  [
    {
      status: 'PROCESSING',
      outcome: null,
      waiting: {
        ...WAITING,
        attempt: 1,
        code: 'WORKER_CRASHED',
        message: 'The attempt was lost.',
        nextAttemptAt: null,
      },
    },
    'The recording could not be fetched and archived so far. The attempt was lost. It has been tried once since 2026-11-30 12:03:04 UTC and is tried again by itself, next now. Look at the logs and the memory of the workers.',
  ],
  [
    {
      status: 'FAILED',
      outcome: null,
      failure: KEY_REFUSED,
      isRunClosed: true,
    },
    'What was said could not be analysed. Asking the language model failed: it answered 401 (model m at llm.example). Correct LLM_API_KEY, restart the workers, then ask the gateway to reprocess the call.',
  ],
  [
    {
      status: 'FAILED',
      outcome: null,
      failure: KEY_REFUSED,
      waiting: { ...WAITING, code: 'TEMPORAL_NO_WORKER' },
    },
    'What was said could not be analysed. Asking the language model failed: it answered 401 (model m at llm.example). No worker has taken the call up since 2026-11-30 12:03:04 UTC: none is running, or all of them are busy. Check that workers run (npm run worker); the call then goes on by itself.',
  ],
  [
    {
      status: 'PROCESSING',
      outcome: null,
      running: { step: 'matchCompany', since: new Date('2026-11-30T12:03:04Z') },
    },
    'The call is being processed. The company is being looked up in ConnectWise, since 2026-11-30 12:03:04 UTC. Nothing has failed, and nothing needs to be done: if no answer comes in time, the service tries again by itself.',
  ],
  [
    { status: 'PROCESSING', outcome: null, temporalFailure: TEMPORAL_IS_AWAY },
    'The call is being processed. Temporal did not answer. This is how the call was before. Nothing is lost: the call goes on by itself once it answers. Check that Temporal runs, and that TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are right.',
  ],
  [
    {
      status: 'FAILED',
      outcome: null,
      failure: KEY_REFUSED,
      temporalFailure: TEMPORAL_IS_AWAY,
    },
    'What was said could not be analysed. Asking the language model failed: it answered 401 (model m at llm.example). Correct LLM_API_KEY, restart the workers, then send the signal reprocess. Temporal did not answer. This is how the call was before. No request about the call is taken until it answers. Check that Temporal runs, and that TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are right.',
  ],
  [
    { temporalFailure: TEMPORAL_IS_AWAY },
    'The call was with Brightwater Dental. What was said was analysed.',
  ],
  [{ status: 'FAILED' }, 'The processing of the call failed; its log says why.'],
];

describe('the explanation of a call', () => {
  for (const [facts, expected] of CASES) {
    it(`reads: ${expected}`, () => assert.equal(explainCall({ ...COMPLETED, ...facts }), expected));
  }

  it('is written in whole sentences without any code or step name, whatever the state of the call', () => {
    const failures = STEPS.flatMap((step) =>
      (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => ({
        step,
        code,
        message: `It failed. ${ERROR_CODES[code].remedy}`,
      })),
    );
    for (const status of CALL_STATUSES)
      for (const outcome of [null, ...OUTCOMES])
        for (const companyMatch of [null, ...COMPANY_MATCHES])
          for (const failure of [null, ...failures]) {
            const facts = { ...COMPLETED, status, outcome, companyMatch, failure };
            const text = explainCall(facts);
            assert.match(text, /^[A-Z].*\.$/s);
            const words = [failure?.code, failure?.step, outcome, companyMatch];
            const isNamed = words.some((word) => word != null && text.includes(` ${word}`));
            assert.ok(!isNamed, text);
          }
  });

  it('never advises a signal while a step is tried again by itself, nor once its run is closed', () => {
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
      const waiting = { ...WAITING, code };
      const retried = explainCall({ ...COMPLETED, status: 'PROCESSING', waiting });
      const message = `It failed. ${ERROR_CODES[code].remedy}`;
      const failure = { step: 'archiveRecording', code, message } as const;
      const closed = explainCall({ ...COMPLETED, status: 'FAILED', failure, isRunClosed: true });
      for (const text of [retried, closed]) {
        assert.doesNotMatch(text, /signal/i);
        assert.match(text, /^[A-Z][^.].*[^.]\.$/s);
        assert.doesNotMatch(text, /\.\.| {2}|,\.| \./);
      }
    }
  });
});

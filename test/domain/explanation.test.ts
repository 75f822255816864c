// Guarantees that every state of a call is explained in plain words, which a dispatcher understands without knowing any code.
import assert from 'node:assert/strict';

import { CALL_STATUSES, COMPANY_MATCHES, OUTCOMES } from '../../src/domain/call.ts';
import { ERROR_CODES, type ErrorCode } from '../../src/domain/error-codes.ts';
import { explainCall, type ExplainedCall } from '../../src/domain/explanation.ts';
import { STEPS } from '../../src/domain/names.ts';

const COMPLETED: ExplainedCall = {
  status: 'COMPLETED',
  outcome: 'ANALYZED',
  companyMatch: 'MATCHED',
  companyName: 'Brightwater Dental',
  hasNumber: true,
  failure: null,
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
      failure: { step: 'analyzeTranscript', code: 'MODEL_CREDENTIALS_REFUSED' },
    },
    'What was said could not be analysed. The language model refused the key. Correct LLM_API_KEY, restart the workers, then send the signal reprocess.',
  ],
  [{ status: 'FAILED' }, 'The processing of the call failed; its log says why.'],
];

describe('the explanation of a call', () => {
  for (const [facts, expected] of CASES) {
    it(`reads: ${expected}`, () => assert.equal(explainCall({ ...COMPLETED, ...facts }), expected));
  }

  it('is written in whole sentences without any code or step name, whatever the state of the call', () => {
    const failures = STEPS.flatMap((step) =>
      Object.keys(ERROR_CODES).map((code) => ({ step, code: code as ErrorCode })),
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
});

// Guarantees that an operator reads advice once: every remedy gives some, in words by which the corpus finds advice in messages.
import assert from 'node:assert/strict';

import type { CodeFacts } from '../../src/domain/error-codes/code-facts.ts';
import { ERROR_CODES } from '../../src/domain/error-codes.ts';
import { ADVICE, assertNoAdvice, IMPERATIVES } from '../support/advice.ts';

/** The words with which a remedy may begin that does not begin with its verb. */
const OTHER_BEGINNINGS: readonly string[] = ['if', 'nothing'];

describe('the remedy of a code', () => {
  for (const [code, facts] of Object.entries<CodeFacts>(ERROR_CODES)) {
    it(`says what to do, in words that no message may use: ${code}`, () => {
      for (const remedy of [facts.remedy, facts.requestRemedy ?? facts.remedy]) {
        const [first = ''] = remedy.toLowerCase().split(' ');
        assert.ok([...IMPERATIVES, ...OTHER_BEGINNINGS].includes(first), first);
        if (first !== 'nothing') assert.match(remedy, ADVICE);
      }
    });
  }
});

describe('a message', () => {
  for (const message of [
    'Asking ConnectWise failed: it answered 401; check the company id and the keys.',
    'Asking the language model failed: it answered 500. Choose another LLM_MODEL.',
    'Temporal does not answer. Check TEMPORAL_ADDRESS and that the server is up.',
    'Asking ConnectWise failed: no answer within 16 s; it is tried again.',
    'The audio was not submitted: it lasts too long, or choose another model.',
  ]) {
    it(`is found to repeat a remedy or to promise too much: ${message}`, () => {
      assert.throws(() => assertNoAdvice(message));
    });
  }
});

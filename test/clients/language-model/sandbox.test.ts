// Guarantees that a call is analysed through the sandbox's language model, despite a broken reply.
import assert from 'node:assert/strict';

import {
  createLanguageModel,
  type LanguageModel,
} from '../../../src/clients/language-model/client.ts';
import { createNotes, LIMITS, toTestTurns } from './support.ts';
import { startTemporarySandbox, type TemporarySandbox } from '../../support/temporary-sandbox.ts';

const { signal } = new AbortController();
const INPUT = {
  companyName: 'Brightwater Dental',
  phoneNumber: '+442079460101',
  turns: toTestTurns(
    'Hello, this is Priya. Our printer does not print.',
    'I will send somebody this afternoon.',
  ),
};

describe('the language model client against the sandbox', () => {
  let sandbox: TemporarySandbox;

  before(async () => {
    sandbox = await startTemporarySandbox();
  });
  after(() => sandbox.stop());

  function clientOf(
    apiKey = sandbox.env('LLM_API_KEY'),
    model = sandbox.env('LLM_MODEL'),
  ): LanguageModel {
    return createLanguageModel({ baseUrl: sandbox.env('LLM_BASE_URL'), apiKey, model, ...LIMITS });
  }

  it('returns the same analysis for the same call, with its tokens', async () => {
    const first = await clientOf().analyze(INPUT, createNotes(), signal);
    const second = await clientOf().analyze(INPUT, createNotes(), signal);
    assert.deepEqual(second.data, first.data);
    assert.ok(first.inputTokens > 0 && first.outputTokens > 0);
    assert.equal(await sandbox.hits('languageModel.chat.completions'), 2);
  });

  it('asks for a repair when the first reply is malformed', async () => {
    const content = '{"summary": "cut';
    const body = JSON.stringify({ choices: [{ finish_reason: 'stop', message: { content } }] });
    await sandbox.fault({ system: 'languageModel', action: { body } });
    const { data } = await clientOf().analyze(INPUT, createNotes(), signal);
    assert.notEqual(data.summary, '');
  });

  it('reports a refused key and a missing model', async () => {
    const refused = clientOf('wrong').analyze(INPUT, createNotes(), signal);
    await assert.rejects(refused, { code: 'MODEL_CREDENTIALS_REFUSED' });
    const missing = clientOf(undefined, 'no-such-model').analyze(INPUT, createNotes(), signal);
    await assert.rejects(missing, { code: 'MODEL_BAD_REQUEST' });
  });
});

// Guarantees how a model is asked to repair its reply, and that the reply's content goes nowhere else.
import assert from 'node:assert/strict';

import { sendJson } from '../../support/http-server.ts';
import {
  ANALYSIS,
  INPUT,
  JSON_TEXT,
  completion,
  failure,
  createLanguageModelRig,
  createNotes,
} from './support.ts';

const { signal } = new AbortController();
const rig = createLanguageModelRig();

describe('repairing the reply of a language model', () => {
  afterEach(() => rig.close());

  it('gives up after two repairs, without quoting the replies', async () => {
    const reply = `{"wombat": "${INPUT.companyName}"}`;
    const error = await failure(rig.analyze(reply, reply, reply, JSON_TEXT));
    assert.equal(error.code, 'MODEL_OUTPUT_INVALID');
    assert.equal(rig.requests().length, 3);
    assert.deepEqual(error.context, { inputTokens: 300, outputTokens: 30 });
  });

  it('never accepts a reply that repeats the secret markers of its prompt', async () => {
    const client = await rig.clientOf((response, attempt) => {
      const mark = /transcript-([0-9a-f]{16})/.exec(
        rig.sent(attempt - 1).messages[0]?.content ?? '',
      )?.[1];
      sendJson(response, completion(JSON.stringify({ ...ANALYSIS, summary: `Mark: ${mark}` })));
    });
    assert.equal(
      (await failure(client.analyze(INPUT, createNotes(), signal))).code,
      'MODEL_OUTPUT_INVALID',
    );
  });

  it('keeps a complete, paid analysis when the request to repair its quotes fails', async () => {
    const unsaid = JSON.stringify({ ...ANALYSIS, quotes: ['Nobody said this.'] });
    const client = await rig.clientOf((response, attempt) =>
      attempt === 1 ? sendJson(response, completion(unsaid)) : sendJson(response, {}, 503),
    );
    const result = await client.analyze(INPUT, createNotes(), signal);
    assert.deepEqual(result.data, { ...ANALYSIS, quotes: [] });
    assert.deepEqual([result.leftOut, result.inputTokens], [1, 100]);
  });

  it('keeps the analysis with the fewest claims that were never said, rather than the last one', async () => {
    const withQuotes = (...quotes: string[]) => JSON.stringify({ ...ANALYSIS, quotes });
    const worse = withQuotes('Nobody said this.', 'Nor this.');
    const better = withQuotes(...ANALYSIS.quotes, 'Nobody said this.');
    const result = await rig.analyze(better, worse, worse);
    assert.deepEqual(result.data, ANALYSIS);
    assert.equal(result.leftOut, 1);
    assert.equal(rig.requests().length, 3);
  });

  it('asks without structured output when the server does not support it, and remembers that', async () => {
    const client = await rig.clientOf((response, attempt) => {
      const message = "'response_format' of type 'json_schema' is not supported with this model";
      const isRefused = rig.sent(attempt - 1).response_format !== undefined;
      if (isRefused) sendJson(response, { error: { message, type: 'invalid_request_error' } }, 400);
      else sendJson(response, completion(JSON_TEXT));
    });
    assert.deepEqual((await client.analyze(INPUT, createNotes(), signal)).data, ANALYSIS);
    await client.analyze(INPUT, createNotes(), signal);
    assert.equal(rig.requests().length, 3);
    assert.match(rig.sent(2).messages[0]?.content ?? '', /JSON Schema.*"reasonForCall"/s);
  });
});

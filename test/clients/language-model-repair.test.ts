// Guarantees that only a whole, valid analysis comes back: found in its wrapping, repaired at most twice, or refused.
import assert from 'node:assert/strict';

import { sendJson } from '../support/http-server.ts';
import {
  ANALYSIS,
  INPUT,
  JSON_TEXT,
  completion,
  failure,
  createLanguageModelRig,
} from './language-model-support.ts';

const { signal } = new AbortController();
const rig = createLanguageModelRig();

describe('the reply of a language model', () => {
  afterEach(() => rig.close());

  const usable: readonly [string, string][] = [
    ['in a code fence', `\`\`\`json\n${JSON_TEXT}\n\`\`\``],
    ['in a fence without a language', `\`\`\`\n${JSON_TEXT}\n\`\`\``],
    ['with prose around it', `Here is the 15" screen's analysis:\n${JSON_TEXT}\nAnything else?`],
    ['after its thoughts', `<think>maybe {"summary": 1}</think>${JSON_TEXT}`],
    ['in an envelope', JSON.stringify({ analysis: ANALYSIS })],
    ['in a list of one', `[${JSON_TEXT}]`],
    ['as text inside JSON', JSON.stringify(JSON_TEXT)],
    ['with line breaks and spaces', `\n\n ${JSON.stringify(ANALYSIS, null, 2)}\n`],
    ['twice the same', `${JSON_TEXT}\n${JSON_TEXT}`],
    [
      'with braces and quotes in its texts',
      `Sure: ${JSON.stringify({ ...ANALYSIS, summary: 'He said "}{" and \\ {x}.' })}`,
    ],
  ];
  for (const [how, content] of usable) {
    it(`reads an analysis ${how} at once`, async () => {
      const { data } = await rig.analyze(content);
      assert.equal(data.reasonForCall, ANALYSIS.reasonForCall);
      assert.equal(rig.requests().length, 1);
    });
  }

  const { summary: _, ...withoutSummary } = ANALYSIS;
  const faulty: readonly [string, string | null, RegExp][] = [
    ['nothing', null, /empty/],
    ['blanks', '  \n', /empty/],
    ['prose', 'I am sorry, the call was about a printer.', /not one JSON object/],
    ['JSON cut short', JSON_TEXT.slice(0, -20), /not one JSON object/],
    ['NaN', JSON_TEXT.replace('false', 'NaN'), /not one JSON object/],
    [
      'two different objects',
      `${JSON_TEXT} ${JSON.stringify({ ...ANALYSIS, resolved: true })}`,
      /not one JSON object/,
    ],
    [
      'a wrong word of an enum',
      JSON_TEXT.replace('incident', 'printer'),
      /category: Invalid option/,
    ],
    [
      'an extra key',
      JSON.stringify({ ...ANALYSIS, companyId: 7 }),
      /Unrecognized key: "companyId"/,
    ],
    [
      'an extra key inside',
      JSON_TEXT.replace('"owner":', '"due":"now","owner":'),
      /actions\.0: Unrecognized/,
    ],
    ['a missing key', JSON.stringify(withoutSummary), /summary: Invalid input/],
    ['a boolean as text', JSON_TEXT.replace('false', '"false"'), /resolved: Invalid input/],
    ['a number for a text', JSON.stringify({ ...ANALYSIS, summary: 7 }), /summary: Invalid input/],
    ['an empty summary', JSON.stringify({ ...ANALYSIS, summary: ' ' }), /summary: Too small/],
    [
      '200 kB of text',
      JSON.stringify({ ...ANALYSIS, summary: 'x'.repeat(200_000) }),
      /summary: Too big/,
    ],
    ['200 kB of prose', 'blah '.repeat(40_000), /not one JSON object/],
  ];
  for (const [what, content, problem] of faulty) {
    it(`has ${what} repaired, told what was wrong`, async () => {
      const result = await rig.analyze(content, JSON_TEXT);
      assert.deepEqual(result.data, ANALYSIS);
      assert.deepEqual([result.inputTokens, result.outputTokens], [200, 20]);
      const { messages } = rig.sent(1);
      assert.match(messages.at(-1)?.content ?? '', problem);
      assert.equal(messages.at(-1)?.role, 'user');
      assert.ok(messages.every(({ content: text }) => text !== '' && text.length < 20_000));
    });
  }

  it('gives up after two repairs, without a word of the replies', async () => {
    const reply = `{"wombat": "${INPUT.companyName}"}`;
    const error = await failure(rig.analyze(reply, reply, reply, JSON_TEXT));
    assert.equal(error.code, 'MODEL_OUTPUT_INVALID');
    assert.equal(rig.requests().length, 3);
    assert.deepEqual(error.context, { inputTokens: 300, outputTokens: 30 });
  });

  it('never accepts a reply that repeats the secret marks of its orders', async () => {
    const client = await rig.clientOf((response, attempt) => {
      const mark = /transcript-([0-9a-f]{16})/.exec(
        rig.sent(attempt - 1).messages[0]?.content ?? '',
      )?.[1];
      sendJson(response, completion(JSON.stringify({ ...ANALYSIS, summary: `Mark: ${mark}` })));
    });
    assert.equal((await failure(client.analyze(INPUT, signal))).code, 'MODEL_OUTPUT_INVALID');
  });

  it('asks without structured output where the server knows none, and remembers that', async () => {
    const client = await rig.clientOf((response, attempt) => {
      const message = "'response_format' of type 'json_schema' is not supported with this model";
      const isRefused = rig.sent(attempt - 1).response_format !== undefined;
      if (isRefused) sendJson(response, { error: { message, type: 'invalid_request_error' } }, 400);
      else sendJson(response, completion(JSON_TEXT));
    });
    assert.deepEqual((await client.analyze(INPUT, signal)).data, ANALYSIS);
    await client.analyze(INPUT, signal);
    assert.equal(rig.requests().length, 3);
    assert.match(rig.sent(2).messages[0]?.content ?? '', /JSON Schema.*"reasonForCall"/s);
  });
});

// Guarantees that answers met in the field, and variations of them, end as test/field says they must.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { sendJson } from '../../support/http-server.ts';
import {
  ANALYSIS,
  assertFails,
  createLanguageModelRig,
  createNotes,
  INPUT,
  JSON_TEXT,
} from './support.ts';

const inputSchema = z.object({
  input: z.object({ answer: z.object({ status: z.int(), body: z.unknown() }) }),
});
const { signal } = new AbortController();
const rig = createLanguageModelRig();

/** The answer of a file, as text, so that parts of it can be replaced. */
function answerOf(name: string): { readonly status: number; readonly body: string } {
  const file = new URL(`../../field/${name}.json`, import.meta.url);
  const { status, body } = inputSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).input.answer;
  return { status, body: JSON.stringify(body) };
}

/** How the client fares when every request is answered like this. */
async function analyze(status: number, ...bodies: readonly string[]) {
  const client = await rig.clientOf((response, attempt) =>
    sendJson(response, bodies[Math.min(attempt, bodies.length) - 1] ?? '', status),
  );
  return client.analyze(INPUT, createNotes(), signal);
}

describe('language models in the field', () => {
  afterEach(() => rig.close());

  const filtered = answerOf('08-finish-reason-in-capitals');
  const reasons = [
    ...['SAFETY', 'RECITATION', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'content_filter'],
    ...['FinishReason.SAFETY', 'content_filter: RECITATION', 'safety', 'guardrail_intervened'],
  ];
  for (const reason of reasons) {
    it(`a filter that calls itself ${reason} is MODEL_CONTENT_BLOCKED after one request`, async () => {
      const body = filtered.body.replace('"SAFETY"', JSON.stringify(reason));
      const withText = body.replace('"content":null', '"content":"{"');
      const withoutMessage = body.replace(/,"message":\{[^}]*\}/, '');
      for (const each of [body, withText, withoutMessage]) {
        await assertFails(analyze(filtered.status, each), 'MODEL_CONTENT_BLOCKED');
        assert.equal(rig.requests().length, 1);
      }
    });
  }

  for (const reason of ['MAX_TOKENS', 'max_tokens', 'FinishReason.MAX_TOKENS', 'model_length']) {
    it(`an answer that ends for ${reason} was cut at the token limit`, async () => {
      const body = filtered.body.replace('"SAFETY"', JSON.stringify(reason));
      await assertFails(analyze(200, body), 'MODEL_OUTPUT_TRUNCATED');
      assert.match(rig.sent(1).messages.at(-1)?.content ?? '', /cut off at the token limit/);
    });
  }

  for (const reason of ['STOP', 'stop', 'end_turn', 'eos_token', 'FINISH_REASON_UNSPECIFIED']) {
    it(`an answer that ends for ${reason} is taken`, async () => {
      const body = filtered.body
        .replace('"SAFETY"', JSON.stringify(reason))
        .replace('"content":null', `"content":${JSON.stringify(JSON_TEXT)}`);
      assert.deepEqual((await analyze(200, body)).data, ANALYSIS);
    });
  }

  it('a wrong key that is refused with 400 and in a list is MODEL_CREDENTIALS_REFUSED', async () => {
    const { status, body } = answerOf('09-error-body-is-a-list');
    await assertFails(analyze(status, body), 'MODEL_CREDENTIALS_REFUSED');
    assert.equal(rig.requests().length, 1);
    await assertFails(analyze(200, body), 'MODEL_CREDENTIALS_REFUSED');
    await assertFails(
      analyze(200, JSON.stringify(JSON.parse(body)[0])),
      'MODEL_CREDENTIALS_REFUSED',
    );
  });

  const drafted = answerOf('10-draft-in-thoughts-answer-cut');
  const draft = JSON.stringify({ ...ANALYSIS, summary: 'Everything burns.' });
  const begun = JSON_TEXT.slice(0, 40);
  const [before, between] = ['We need JSON. Draft ', ' but that is not what was said.'];
  /** [what, thoughts up to the answer, what ends the answer] */
  const marks: readonly (readonly [string, (thoughts: string) => string, string])[] = [
    [
      'channels',
      (thoughts) =>
        `<|channel|>analysis<|message|>${thoughts}<|end|><|start|>assistant<|channel|>final<|message|>`,
      '<|return|>',
    ],
    [
      'channels with a format',
      (thoughts) =>
        `<|channel|>analysis<|message|>${thoughts}<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>`,
      '<|end|>',
    ],
    [
      'channels whose first mark the server omits',
      (thoughts) =>
        `analysis<|message|>${thoughts}<|end|><|start|>assistant<|channel|>final<|message|>`,
      '',
    ],
    ['the words of channels', (thoughts) => `analysis${thoughts}assistantfinal`, ''],
    ['a channel of thoughts', (thoughts) => `<|channel>thought\n${thoughts}<channel|>`, ''],
    ...['think', 'thinking', 'thought', 'thoughts', 'reasoning', 'seed:think', 'THINK'].map(
      (name) =>
        [`<${name}>`, (thoughts: string) => `<${name}>${thoughts}</${name}>\n`, ''] as const,
    ),
    ['[THINK]', (thoughts) => `[THINK]${thoughts}[/THINK]`, ''],
    ['◁think▷', (thoughts) => `◁think▷${thoughts}◁/think▷`, ''],
    ['thought tokens', (thoughts) => `<|begin_of_thought|>${thoughts}<|end_of_thought|>`, ''],
    ['thinking tokens', (thoughts) => `<|START_THINKING|>${thoughts}<|END_THINKING|>`, ''],
    ['no marks at all', (thoughts) => `${thoughts}\n\n`, ''],
    ['marks that nobody knows', (thoughts) => `«ponder»${thoughts}«/ponder»`, ''],
  ];
  function bodyOf(content: string, finish: string): string {
    const body: unknown = JSON.parse(drafted.body, (key, value: unknown) => {
      if (key === 'content') return content;
      return key === 'finish_reason' ? finish : value;
    });
    return JSON.stringify(body);
  }

  for (const [what, think, end] of marks) {
    const thoughts = think(`${before}${draft}${between}`);

    it(`a draft in thoughts is never the analysis when the answer is cut: ${what}`, async () => {
      const cut = [
        `${thoughts}${begun}`,
        `${thoughts}\`\`\`json\n${begun}`,
        thoughts,
        thoughts.slice(0, thoughts.indexOf(between) + 9),
        thoughts.slice(0, thoughts.indexOf(between)),
      ];
      for (const content of cut) {
        await assertFails(analyze(200, bodyOf(content, 'length')), 'MODEL_OUTPUT_TRUNCATED');
        assert.equal(rig.requests().length, 3);
      }
    });

    it(`an unfinished answer behind a draft is never replaced by it: ${what}`, async () => {
      await assertFails(
        analyze(200, bodyOf(`${thoughts}${begun}`, 'stop')),
        'MODEL_OUTPUT_INVALID',
      );
    });

    if (!what.includes('marks')) {
      it(`a whole answer behind thoughts is taken at once: ${what}`, async () => {
        const answer = JSON.stringify({
          ...ANALYSIS,
          reasonForCall: 'It shows <think> and <|end|>.',
        });
        for (const text of [JSON_TEXT, `\`\`\`json\n${JSON_TEXT}\n\`\`\``, answer]) {
          const { data } = await analyze(
            200,
            bodyOf(`${thoughts}${text}${text === answer ? '' : end}`, 'stop'),
          );
          assert.equal(data.summary, ANALYSIS.summary);
          assert.equal(rig.requests().length, 1);
        }
      });
    }
  }

  it('a draft in a channel without an answer is never the analysis, even if the model stopped', async () => {
    for (const content of [
      `<|channel|>analysis<|message|>${before}${draft}<|end|>`,
      `<|channel|>commentary<|message|>${draft}`,
      `<thought>${draft}</thought>`,
      `<reasoning>${before}${draft}`,
    ]) {
      await assertFails(analyze(200, bodyOf(content, 'stop')), 'MODEL_OUTPUT_INVALID');
    }
  });
});

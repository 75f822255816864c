// Guarantees, for every reply in the corpus, that only a complete analysis of what was said is returned: immediately, or after at most two repairs; anything else is refused with a code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { z } from 'zod';

import {
  createLanguageModel,
  type CallAnalysisResult,
} from '../../../src/clients/language-model/client.ts';
import { isErrorCode } from '../../../src/domain/error-codes.ts';
import { sendJson, startHttpServer, type HttpServer } from '../../support/http-server.ts';
import { completion, createNotes, failure, LIMITS, toTestTurns } from './support.ts';

const reply = z.record(z.string(), z.unknown());
const code = z.string().refine(isErrorCode);
const corpusSchema = z.strictObject({
  about: z.string(),
  turns: z.array(z.tuple([z.string(), z.string()])),
  good: reply,
  cases: z.array(
    z.strictObject({
      kind: z.string(),
      what: z.string(),
      content: z.string().optional(),
      with: reply.optional(),
      without: z.array(z.string()).optional(),
      replace: z.tuple([z.string(), z.string()]).optional(),
      completion: z.unknown().optional(),
      finish: z.string().optional(),
      expect: z.union([z.literal('accepted'), z.literal('repaired'), code]),
      told: z.string().optional(),
      data: reply.optional(),
      atLast: z.union([code, z.strictObject({ leftOut: z.int(), data: reply })]).optional(),
    }),
  ),
});
type Case = z.infer<typeof corpusSchema>['cases'][number];

const file = new URL('data/model-replies.json', import.meta.url);
const { turns, good, cases } = corpusSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const goodText = JSON.stringify(good);
const goodBody = completion(goodText);
const prose = 'blah '.repeat(40_000);

describe('the corpus of model replies', () => {
  let server: HttpServer;
  let answers: readonly unknown[] = [];

  before(async () => {
    server = await startHttpServer((_, response) => {
      const index = Math.min(server.requests.length, first + answers.length) - first - 1;
      sendJson(response, answers[index]);
    });
  });
  after(async () => {
    await server?.close();
    printCoverage();
  });

  let first = 0;
  /** The analysis of the corpus's call when the server gives these answers in turn, repeating the last one. */
  async function analyze(...bodies: readonly unknown[]): Promise<CallAnalysisResult> {
    answers = bodies;
    first = server.requests.length;
    const config = { baseUrl: `${server.url}/v1`, apiKey: 'sk-private', model: 'm', ...LIMITS };
    const call = {
      companyName: 'Secretive Ltd',
      phoneNumber: '+442079461234',
      turns: toTestTurns(...turns.map(([, text]) => text)),
    };
    return createLanguageModel(config).analyze(call, createNotes(), new AbortController().signal);
  }
  const requests = () => server.requests.length - first;

  for (const each of cases) {
    const body = toBody(each);
    const { kind, what, expect, data, told, atLast } = each;

    if (expect === 'accepted') {
      it(`accepts ${kind}: ${what}`, async () => {
        const result = await analyze(body);
        assert.deepEqual(result.data, { ...good, ...data });
        assert.equal(requests(), 1);
      });
    } else if (expect === 'repaired') {
      it(`asks once for a repair of ${kind}: ${what}`, async () => {
        const result = await analyze(body, goodBody);
        assert.deepEqual(result.data, good);
        assert.equal(result.leftOut, 0);
        assert.equal(requests(), 2);
        const { messages } = z
          .object({ messages: z.array(z.object({ role: z.string(), content: z.string() })) })
          .parse(JSON.parse(server.requests.at(-1)?.body ?? ''));
        const roles = messages.map(({ role }) => role);
        assert.deepEqual(roles, ['system', 'user', 'assistant', 'user']);
        assert.ok(told !== undefined && messages[3]?.content.includes(told), messages[3]?.content);
        assert.ok(messages.every(({ content }) => content !== '' && content.length < 10_000));
      });

      it(`never returns ${kind}: ${what}, however often it is repeated`, async () => {
        if (typeof atLast === 'object') {
          const result = await analyze(body);
          assert.deepEqual(result.data, { ...good, ...atLast.data });
          assert.equal(result.leftOut, atLast.leftOut);
        } else {
          const error = await failure(analyze(body));
          assert.equal(error.code, atLast ?? 'MODEL_OUTPUT_INVALID');
        }
        assert.equal(requests(), atLast === 'MODEL_REASONING_EXHAUSTED' ? 2 : 3);
      });
    } else {
      it(`refuses ${kind}: ${what}, as ${expect}`, async () => {
        assert.equal((await failure(analyze(body))).code, expect);
        assert.equal(requests(), 1);
      });
    }
  }

  it('contains at least forty replies, good and bad', () => {
    assert.ok(cases.length >= 40);
    const counted = Map.groupBy(cases, ({ expect }) => (isErrorCode(expect) ? 'refused' : expect));
    assert.deepEqual([...counted.keys()].toSorted(), ['accepted', 'refused', 'repaired']);
  });
});

/** The complete body that the server sends for a case. */
function toBody(each: Case): unknown {
  if (each.completion !== undefined) {
    const text = JSON.stringify(each.completion);
    return JSON.parse(text.replaceAll('«good»', JSON.stringify(goodText).slice(1, -1)));
  }
  const changed = Object.entries({ ...good, ...each.with });
  const kept = Object.fromEntries(changed.filter(([key]) => !each.without?.includes(key)));
  const [from, to] = each.replace ?? ['', ''];
  const content = (each.content ?? JSON.stringify(kept))
    .replaceAll('«good as a JSON string»', () => JSON.stringify(goodText))
    .replaceAll('«good»', () => goodText)
    .replaceAll('«200 kB»', () => prose)
    .replace(from, () => to);
  assert.ok(each.replace === undefined || content.includes(to), each.what);
  return {
    choices: [{ finish_reason: each.finish ?? 'stop', message: { content } }],
    usage: { prompt_tokens: 100, completion_tokens: 10 },
  };
}

function printCoverage(): void {
  const of = (list: readonly Case[], test: (each: Case) => boolean) => list.filter(test).length;
  const row = (kind: string, list: readonly Case[]) =>
    [
      kind.padEnd(28),
      ...[
        list.length,
        of(list, ({ expect }) => expect === 'accepted'),
        of(list, ({ expect }) => expect === 'repaired'),
        of(list, ({ expect }) => isErrorCode(expect)),
      ].map((count) => String(count).padStart(9)),
    ].join('');
  const groups = [...Map.groupBy(cases, ({ kind }) => kind)];
  const head = 'model replies'.padEnd(28) + '    cases accepted repaired  refused';
  const lines = [head, ...groups.map(([kind, list]) => row(kind, list)), row('total', cases)];
  console.log(lines.map((line) => `    ${line}`).join('\n'));
}

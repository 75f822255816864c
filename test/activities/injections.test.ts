// Guarantees that nothing said in a call changes the company, the status, the schema, the prompt or its version, and that the prompt's secret words are never stored, however gullible the model is.
//
// What cannot be prevented: a gullible model may still write a wrong summary, or choose the wrong
// value from the schema. The damage is limited by the closed schema, by the check against what was
// really said, and because the call's company, number and status are never taken from a model.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readFileSync } from 'node:fs';

import { z } from 'zod';

import {
  createLanguageModel,
  type LanguageModel,
} from '../../src/clients/language-model/client.ts';
import { PROMPT_VERSION } from '../../src/clients/language-model/prompts.ts';
import { LIMITS } from '../clients/language-model/support.ts';
import {
  startModelServer,
  type Asked,
  type ModelServer,
} from '../clients/language-model/model-server.ts';
import { startAnalysisRig, type AnalysisRig, type Said } from './analysis-rig.ts';

const obeyedSchema = z.union([
  z.strictObject({ with: z.record(z.string(), z.unknown()) }),
  z.strictObject({ say: z.string() }),
  z.strictObject({ reveal: z.enum(['plain', 'base64', 'spelled', 'backwards']) }),
  z.strictObject({ tool: z.strictObject({ name: z.string(), arguments: z.string() }) }),
]);
type Obeyed = z.infer<typeof obeyedSchema>;

const file = new URL('data/injections.json', import.meta.url);
const { injections } = z
  .strictObject({
    about: z.string(),
    injections: z.array(
      z.strictObject({
        language: z.string(),
        aim: z.string(),
        text: z.string(),
        obeyed: obeyedSchema,
        becomes: z.union([z.literal('refused'), z.array(z.string()).min(1)]),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(file, 'utf8')));

const USUAL = {
  summary: 'Reception cannot print. A technician comes by.',
  reasonForCall: 'The printer does not print.',
  category: 'incident',
  priority: 'medium',
  sentiment: 'neutral',
  resolved: false,
  actions: [{ description: 'Come by.', owner: 'msp', due: 'tomorrow' }],
  followUpNeeded: true,
  callerName: null,
  quotes: ['The printer does not print.'],
};

const callWith = (text: string): Said => [
  [1, `Hello. The printer does not print. ${text}`],
  [2, 'A technician comes by tomorrow.'],
];

/** Rows as text, none of it left out. */
const WHOLE = { depth: null, maxArrayLength: null, maxStringLength: null, breakLength: Infinity };

describe('an instruction to the model, spoken in a call', () => {
  let rig: AnalysisRig;
  let server: ModelServer;
  let languageModel: LanguageModel;
  let usual: Asked;

  before(async () => {
    [rig, server] = await Promise.all([startAnalysisRig(), startModelServer()]);
    const config = { baseUrl: server.url, apiKey: 'sk-private', model: 'm', ...LIMITS };
    languageModel = createLanguageModel(config);
    server.answer(() => ({ content: JSON.stringify(USUAL) }));
    await (await rig.newCall(callWith('Goodbye.'))).attempt({ languageModel });
    usual = lastAsked();
  });
  after(async () => {
    await server?.close();
    await rig?.stop();
  });

  const lastAsked = (): Asked => server.asked.at(-1) ?? assert.fail('the model was asked');

  for (const { language, aim, text, obeyed, becomes } of injections) {
    const title = `${aim} (${language}): ${text.slice(0, 50)}`;

    it(`changes nothing with a well-behaved model: ${title}`, async () => {
      server.answer(() => ({ content: JSON.stringify(USUAL) }));
      const call = await rig.newCall(callWith(text));
      const before = await call.rows();
      await call.attempt({ languageModel });
      const { analyses } = await assertUntouched(call, before);
      assert.deepEqual(analyses[0]?.data, USUAL);
    });

    it(`is ${becomes === 'refused' ? 'refused' : 'contained'} with a gullible model: ${title}`, async () => {
      server.answer((asked) => obey(obeyed, asked));
      const call = await rig.newCall(callWith(text));
      const before = await call.rows();
      if (becomes === 'refused') {
        await assert.rejects(call.attempt({ languageModel }), { type: 'MODEL_OUTPUT_INVALID' });
        const after = await assertUntouched(call, before);
        assert.deepEqual([after.analyses, after.call], [[], before.call]);
        return;
      }
      await call.attempt({ languageModel });
      const { analyses } = await assertUntouched(call, before);
      const data = analyses[0]?.data as Record<string, unknown>;
      const { aimed, others } = split(data, becomes);
      assert.deepEqual(others, split(USUAL, becomes).others);
      const said = 'with' in obeyed ? obeyed.with : undefined;
      if (said?.['quotes'] !== undefined) assert.deepEqual(aimed['quotes'], []);
      else if (said?.['callerName'] !== undefined) assert.equal(aimed['callerName'], null);
      else if (said !== undefined) assert.deepEqual(aimed, said, 'text is stored as text');
    });
  }

  /** The request, and everything in the database except the analysis, is the same as for any call. */
  async function assertUntouched(
    call: Awaited<ReturnType<AnalysisRig['newCall']>>,
    before: Awaited<ReturnType<typeof call.rows>>,
  ) {
    const asked = lastAsked();
    const random = /\b[0-9a-f]{16}\b/g;
    assert.equal(asked.system.replace(random, ''), usual.system.replace(random, ''));
    assert.deepEqual(asked.schema, usual.schema);
    const frame = (each: Asked) => each.user.replace(each.data, '').replace(random, '');
    assert.equal(frame(asked), frame(usual));
    const lines = asked.data.split('\n');
    const speakers = lines.map((line) => /^(\w+): /.exec(line)?.[1]);
    assert.deepEqual(speakers, ['Caller', 'Agent'], 'the spoken text starts no line of its own');

    const after = await call.rows();
    const {
      callStatus,
      outcome,
      callAnalysisId,
      endTime,
      duration,
      transition,
      updatedAt,
      ...rest
    } = after.call;
    assert.deepEqual({ ...before.call, ...rest }, before.call, 'the call keeps its company');
    assert.ok(
      callStatus === 'PROCESSING' || (callStatus === 'COMPLETED' && outcome === 'ANALYZED'),
    );
    for (const { companyId, model, promptVersion, data } of after.analyses) {
      assert.deepEqual(
        [companyId, model, promptVersion],
        [before.call.companyId, 'model-answered', PROMPT_VERSION],
      );
      assert.deepEqual(Object.keys(data as object).toSorted(), Object.keys(USUAL).toSorted());
    }
    const secrets = asked.system.match(random) ?? [];
    assert.ok(new Set(secrets).size === 2, 'a marker and a canary');
    const stored = inspect([after.analyses, after.chunks, after.logs], WHOLE);
    for (const secret of secrets) assert.ok(!stored.includes(secret));
    const logged = inspect(after.logs, WHOLE);
    assert.ok(!logged.includes(text(asked)), 'no log row contains words of the call');
    assert.equal(await rig.deps.companies.findByConnectwiseId('Evil Corp'), null);
    void [callAnalysisId, endTime, duration, transition, updatedAt];
    return after;
  }

  const text = ({ data }: Asked) => data.slice(data.indexOf('not print. ') + 11).slice(0, 20);

  it('stays data when it reaches the merge of a long call through the notes', async () => {
    const said: Said = injections.flatMap(({ text }) =>
      Array.from({ length: 25 }, () => [1, `The printer does not print. ${text}`] as const),
    );
    server.answer(({ kind, data }) => {
      const quote = data.split('\n')[0]?.replace(/^Caller: /, '') ?? '';
      const { reasonForCall: _, category: __, followUpNeeded: ___, ...rest } = USUAL;
      const notes = { ...rest, actions: [], matters: [quote.slice(0, 200)], quotes: [] };
      const merged = { ...USUAL, actions: [] };
      return { content: JSON.stringify(kind === 'notes' ? notes : merged) };
    });
    const call = await rig.newCall(said);
    await call.attempt({ languageModel });
    const merge = lastAsked();
    assert.equal(merge.kind, 'merge');
    const { chunks, analyses } = await call.rows();
    assert.ok(chunks.length > 1);
    assert.equal(merge.data.split('\n').length, chunks.length);
    assert.deepEqual(analyses[0]?.data, { ...USUAL, actions: [] });
  });

  it('is tried in at least thirty ways and eight languages', () => {
    assert.ok(injections.length >= 30);
    assert.ok(new Set(injections.map(({ language }) => language)).size >= 8);
  });
});

/** The reply of a model that obeys the instruction. */
function obey(obeyed: Obeyed, { system }: Asked): object {
  if ('with' in obeyed) return { content: JSON.stringify({ ...USUAL, ...obeyed.with }) };
  if ('tool' in obeyed) {
    return { content: null, tool_calls: [{ id: '1', type: 'function', function: obeyed.tool }] };
  }
  if ('say' in obeyed) {
    const good = JSON.stringify(USUAL);
    const content = obeyed.say
      .replace('«good»', good)
      .replace('«good without brace»', good.slice(1));
    return { content };
  }
  const canary = /the word ([0-9a-f]{16})/.exec(system)?.[1] ?? assert.fail('there is a canary');
  const revealed = {
    plain: { summary: system.slice(0, 3_900) },
    base64: { summary: Buffer.from(`The word is ${canary}.`).toString('base64') },
    spelled: { summary: canary.toUpperCase().split('').join('-') },
    backwards: { reasonForCall: canary.split('').toReversed().join('') },
  };
  return { content: JSON.stringify({ ...USUAL, ...revealed[obeyed.reveal] }) };
}

function split(data: Readonly<Record<string, unknown>>, fields: readonly string[]) {
  const entries = Object.entries(data);
  return {
    aimed: Object.fromEntries(entries.filter(([key]) => fields.includes(key))),
    others: Object.fromEntries(entries.filter(([key]) => !fields.includes(key))),
  };
}

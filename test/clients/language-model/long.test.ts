// Guarantees that a call too long for one request is read completely, within the limits, and that no part of it is paid for twice.
import assert from 'node:assert/strict';

import {
  createLanguageModel,
  type CallText,
  type LanguageModelConfig,
} from '../../../src/clients/language-model/client.ts';
import { estimateTokens } from '../../../src/clients/language-model/tokens.ts';
import { startTemporarySandbox } from '../../support/temporary-sandbox.ts';
import { ANALYSIS, createNotes, failure, LIMITS, toTestTurns } from './support.ts';
import { startModelServer, type ModelServer } from './model-server.ts';

const { signal } = new AbortController();

const NOTES = {
  summary: 'The printer was looked at.',
  matters: ['The printer does not print.'],
  priority: 'medium',
  sentiment: 'neutral',
  resolved: false,
  actions: [],
  callerName: null,
  quotes: [],
};
const MERGED = {
  ...ANALYSIS,
  actions: [],
  quotes: ['The wombat printer number 7 does not print.'],
};

/** A conversation of at least this many kilobytes. */
function longCall(kilobytes: number): CallText {
  const texts: string[] = [];
  for (let bytes = 0; bytes < kilobytes * 1024; bytes += texts.at(-1)?.length ?? 0) {
    texts.push(
      `The wombat printer number ${texts.length} does not print. I have tried it twice, and`,
    );
  }
  return { companyName: 'Secretive Ltd', phoneNumber: null, turns: toTestTurns(...texts) };
}

describe('a call too long for one request', () => {
  let server: ModelServer;

  beforeEach(async () => {
    server = await startModelServer();
    server.answer(({ kind }) => ({ content: JSON.stringify(kind === 'notes' ? NOTES : MERGED) }));
  });
  afterEach(() => server.close());

  function modelOf(config: Partial<LanguageModelConfig> = {}, analysisTimeoutMs?: number) {
    return createLanguageModel(
      { baseUrl: server.url, apiKey: 'sk-private', model: 'm', ...LIMITS, ...config },
      5_000,
      analysisTimeoutMs,
    );
  }
  const countOf = (kind: string) => server.asked.filter((each) => each.kind === kind).length;

  it('of 500 KB is summarised in parts within the limits, no word lost or repeated, and merged', async () => {
    const call = longCall(500);
    const result = await modelOf().analyze(call, createNotes(), signal);
    assert.deepEqual(result.data, MERGED);

    const parts = countOf('notes');
    assert.ok(parts > 5);
    assert.deepEqual([result.parts, server.asked.at(-1)?.kind], [parts, 'merge']);
    for (const { system, user, bodyBytes } of server.asked) {
      assert.ok(estimateTokens(system + user) <= LIMITS.maxInputTokens);
      assert.ok(bodyBytes <= LIMITS.maxRequestBytes);
    }
    const rendered = call.turns.map(({ speaker, text }) => `${speaker}: ${text}`);
    const read = server.asked
      .filter(({ kind }) => kind === 'notes')
      .flatMap(({ data }) => data.split('\n'));
    assert.deepEqual(read.toSorted(), rendered.toSorted());
    const merged = server.asked
      .at(-1)
      ?.data.split('\n')
      .map((line) => JSON.parse(line) as unknown);
    assert.deepEqual(
      merged,
      Array.from({ length: parts }, () => NOTES),
    );
    assert.deepEqual(
      [result.inputTokens, result.outputTokens, result.notesTokens],
      [(parts + 1) * 100, (parts + 1) * 10, { inputTokens: parts * 100, outputTokens: parts * 10 }],
    );
  });

  it('is split by bytes when the server accepts only small requests', async () => {
    const maxRequestBytes = 150_000;
    const maxInputTokens = 1_000_000;
    await modelOf({ maxRequestBytes, maxInputTokens }).analyze(
      longCall(300),
      createNotes(),
      signal,
    );
    assert.ok(countOf('notes') > 1);
    for (const { bodyBytes } of server.asked) assert.ok(bodyBytes <= maxRequestBytes);
  });

  it('is read in one request when the model accepts that much', async () => {
    const maxInputTokens = 200_000;
    await modelOf({ maxInputTokens }).analyze(longCall(300), createNotes(), signal);
    assert.deepEqual(
      server.asked.map(({ kind }) => kind),
      ['analysis'],
    );
  });

  it('costs only the missing parts after an attempt has failed', async () => {
    const call = longCall(300);
    const notes = createNotes();
    server.answer(({ kind }, number) =>
      number === 4 ? null : { content: JSON.stringify(kind === 'notes' ? NOTES : MERGED) },
    );
    const error = await failure(modelOf().analyze(call, notes, signal));
    assert.equal(error.code, 'MODEL_UNAVAILABLE');
    const paid = notes.kept.size;
    assert.ok(paid >= 3);
    assert.equal(server.asked.length, paid + 1, 'requests under way are kept too');

    const { parts, inputTokens } = await modelOf().analyze(call, notes, signal);
    assert.equal(server.asked.length, parts + 2, 'each part, the failed request and the merge');
    assert.equal(inputTokens, (parts + 1) * 100, 'what the first attempt paid is counted');
  });

  it('resumes in the next attempt where the previous one ran out of time', async () => {
    const call = longCall(300);
    const notes = createNotes();
    server.answer(({ kind }, number) =>
      // From the fourth request on, the first attempt gets no answer.
      number > 3 && !isSecond
        ? new Promise(() => {})
        : { content: JSON.stringify(kind === 'notes' ? NOTES : MERGED) },
    );
    let isSecond = false;
    const error = await failure(modelOf({}, 1_000).analyze(call, notes, signal));
    assert.deepEqual([error.code, error.retryable], ['MODEL_UNAVAILABLE', true]);
    const paid = notes.kept.size;
    assert.ok(paid > 0, 'what was answered in time is kept');
    isSecond = true;
    const before = server.asked.length;
    const { parts } = await modelOf().analyze(call, notes, signal);
    assert.equal(server.asked.length - before, parts - paid + 1);
  });

  it('is split at the same places in every attempt, whatever the random words in its requests', async () => {
    // One speaker using one-letter words gives the splitter the finest granularity there is.
    const call = { ...longCall(0), turns: toTestTurns('a b c d '.repeat(10_000)) };
    const notes = createNotes();
    server.answer(({ kind }) => ({
      content: JSON.stringify(kind === 'notes' ? NOTES : { ...MERGED, quotes: [] }),
    }));
    const { parts } = await modelOf().analyze(call, notes, signal);
    for (let attempt = 2; attempt <= 10; attempt += 1) await modelOf().analyze(call, notes, signal);
    assert.equal(countOf('notes'), parts);
    assert.equal(countOf('merge'), 10);
  });

  it('does not reuse notes from another model, another company or another text', async () => {
    const notes = createNotes();
    const call = longCall(100);
    const { parts } = await modelOf().analyze(call, notes, signal);
    const others = [
      modelOf({ model: 'another' }).analyze(call, notes, signal),
      modelOf().analyze({ ...call, companyName: null }, notes, signal),
      modelOf().analyze(
        { ...call, turns: call.turns.map((turn) => ({ ...turn, text: `Well, ${turn.text}` })) },
        notes,
        signal,
      ),
    ];
    const read = await Promise.all(others);
    assert.equal(notes.kept.size, parts + read.reduce((sum, each) => sum + each.parts, 0));
  });

  it('that would take too many requests is refused before anything is paid', async () => {
    const atOnce = { ...LIMITS, maxInputTokens: 10_000 };
    for (const [config, kilobytes] of [
      [LIMITS, 2_000],
      [atOnce, 60],
    ] as const) {
      const error = await failure(
        modelOf(config).analyze(longCall(kilobytes), createNotes(), signal),
      );
      assert.equal(error.code, 'MODEL_TRANSCRIPT_TOO_LONG');
    }
    assert.equal(server.asked.length, 0);
  });

  it('has notes that are too long repaired, because the merge must hold them all', async () => {
    server.answer(({ kind, system }, number) => {
      if (kind !== 'notes') return { content: JSON.stringify(MERGED) };
      assert.match(system, /at most 2000 characters/);
      const matters = Array.from({ length: 5 }, () => 'x'.repeat(300));
      const actions = Array.from({ length: 10 }, () => ({
        description: 'y'.repeat(300),
        owner: 'msp',
        due: null,
      }));
      return { content: JSON.stringify(number === 1 ? { ...NOTES, matters, actions } : NOTES) };
    });
    const { parts } = await modelOf().analyze(longCall(100), createNotes(), signal);
    assert.equal(server.asked.length, parts + 2);
  });

  it('is analysed through the sandbox too, which recognises the call from its parts', async () => {
    const sandbox = await startTemporarySandbox();
    try {
      const model = createLanguageModel({
        baseUrl: sandbox.env('LLM_BASE_URL'),
        apiKey: sandbox.env('LLM_API_KEY'),
        model: sandbox.env('LLM_MODEL'),
        ...LIMITS,
      });
      const call = longCall(100);
      const said = call.turns.map(({ text }) => text).join(' ');
      await fetch(`${sandbox.addresses.controlUrl}/recordings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          callRecordingId: '1735700001.1',
          recordgroup: '1',
          recordid: '1',
          audio: { generate: { kind: 'noise', seconds: 1 } },
          transcript: said,
        }),
      });
      const first = await model.analyze(call, createNotes(), signal);
      assert.deepEqual((await model.analyze(call, createNotes(), signal)).data, first.data);
      assert.ok(first.parts > 1 && first.leftOut === 0);
      assert.ok(first.data.quotes.length > 0);
      const hits = (await (await fetch(`${sandbox.addresses.controlUrl}/hits`)).json()) as {
        calls: Record<string, Record<string, number>>;
      };
      const ofCall = hits.calls['1735700001.1']?.['languageModel.chat.completions'];
      assert.equal(ofCall, 2 * (first.parts + 1));
    } finally {
      await sandbox.stop();
    }
  });
});

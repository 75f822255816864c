// Guarantees that the notes on a long call's parts are paid for once across attempts, workers and runs, unless the analysis is redone on request.
import assert from 'node:assert/strict';

import { createLanguageModel } from '../../src/clients/language-model/client.ts';
import { LIMITS } from '../clients/language-model/support.ts';
import { startModelServer, type ModelServer } from '../clients/language-model/model-server.ts';
import { startAnalysisRig, type AnalysisRig, type Said } from './analysis-rig.ts';

const NOTES = {
  summary: 'They looked at printers.',
  matters: [],
  priority: 'low',
  sentiment: 'neutral',
  resolved: false,
  actions: [],
  callerName: null,
  quotes: ['printer number 1'],
};
const { matters: _, ...shared } = NOTES;
const MERGED = {
  ...shared,
  reasonForCall: 'Printers.',
  category: 'incident',
  followUpNeeded: true,
};
const WITHOUT_QUOTES = JSON.stringify({ ...NOTES, quotes: [] });

/** About 100 kB, which the default limits cut into three parts. */
const SAID: Said = Array.from({ length: 1_500 }, (_unused, index) => [
  index % 2 === 0 ? 1 : 2,
  `This is printer number ${index}, and it does not print either, I am afraid.`,
]);

describe('a long call', () => {
  let rig: AnalysisRig;
  let server: ModelServer;

  before(async () => {
    rig = await startAnalysisRig();
  });
  after(() => rig.stop());
  beforeEach(async () => {
    server = await startModelServer();
    answerAll();
  });
  afterEach(() => server.close());

  function answerAll() {
    server.answer(({ kind }) => ({
      content: kind === 'notes' ? WITHOUT_QUOTES : JSON.stringify(MERGED),
    }));
  }

  /** A client as another worker would create it: attempts share nothing but the database. */
  const newModel = (model = 'model-asked') =>
    createLanguageModel({ baseUrl: server.url, apiKey: 'sk-private', model, ...LIMITS });

  it('is analysed in parts whose notes are stored, and its log says so', async () => {
    const call = await rig.newCall(SAID);
    await call.attempt({ languageModel: newModel() });
    const { chunks, analyses, logs } = await call.rows();
    assert.deepEqual(
      chunks.map(({ index }) => index),
      [0, 1, 2],
    );
    const [analysis] = analyses;
    assert.deepEqual(analysis?.data, { ...MERGED, quotes: ['printer number 1'] });
    assert.deepEqual(
      [analysis?.inputTokens, analysis?.outputTokens, analysis?.chunkInputTokens],
      [400, 40, 300],
    );
    const success = logs.find(({ event }) => event === 'ANALYSIS_SUCCESS');
    assert.match(success?.message ?? '', /400 tokens read, 40 written\. Read in 3 parts\.$/);
    assert.deepEqual(await rig.deps.analyses.countTokens(call.id), {
      inputTokens: 400,
      outputTokens: 40,
    });
  });

  it('resumes where an attempt died after paying for some parts', async () => {
    const call = await rig.newCall(SAID);
    server.answer(({ kind }, number) =>
      number === 3 ? null : { content: kind === 'notes' ? WITHOUT_QUOTES : JSON.stringify(MERGED) },
    );
    await assert.rejects(call.attempt({ languageModel: newModel() }), {
      type: 'MODEL_UNAVAILABLE',
    });
    assert.equal((await call.rows()).chunks.length, 2);
    answerAll();
    await call.attempt({ languageModel: newModel(), number: 2 });
    assert.equal(server.asked.length, 3 + 1 + 1, 'the failed part and the merge');
    assert.equal((await call.rows()).analyses[0]?.inputTokens, 400);
  });

  it('reuses the notes of an earlier run, and makes new ones when the analysis is redone', async () => {
    const call = await rig.newCall(SAID);
    server.answer(({ kind }) => (kind === 'notes' ? { content: WITHOUT_QUOTES } : null));
    await assert.rejects(call.attempt({ languageModel: newModel() }));
    assert.equal(server.asked.length, 4);

    answerAll();
    await call.reopen();
    await call.attempt({ languageModel: newModel() });
    assert.equal(server.asked.length, 5, 'only the merge');
    const once = { inputTokens: 400, outputTokens: 40 };
    assert.deepEqual(await rig.deps.analyses.countTokens(call.id), once, 'paid once, counted once');

    await call.reopen();
    server.answer(({ kind }) => (kind === 'notes' ? { content: WITHOUT_QUOTES } : null));
    await assert.rejects(call.attempt({ languageModel: newModel(), redo: true }));
    assert.equal(server.asked.length, 9, 'three parts again, and a merge that failed');
    answerAll();
    await call.attempt({ languageModel: newModel(), redo: true, number: 2 });
    assert.equal(server.asked.length, 10, 'what this run stored is reused');
    const { chunks, analyses } = await call.rows();
    assert.deepEqual([chunks.length, analyses.length], [6, 2]);
    assert.deepEqual(await rig.deps.analyses.countTokens(call.id), {
      inputTokens: 800,
      outputTokens: 80,
    });
  });

  it('makes new notes for another model', async () => {
    const call = await rig.newCall(SAID);
    server.answer(({ kind }) => (kind === 'notes' ? { content: WITHOUT_QUOTES } : null));
    await assert.rejects(call.attempt({ languageModel: newModel() }));
    answerAll();
    await call.attempt({ languageModel: newModel('another'), number: 2 });
    assert.equal(server.asked.length, 4 + 4);
  });

  it('keeps the notes of the first of two attempts that finish the same part concurrently', async () => {
    const call = await rig.newCall(SAID);
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    server.answer(async ({ kind }, number) => {
      if (kind !== 'notes') return { content: JSON.stringify(MERGED) };
      if (number === 2) reached.resolve();
      if (number <= 2) await gate.promise;
      const summary = number <= 2 ? 'Of the zombie.' : 'Of its successor.';
      return { content: JSON.stringify({ ...NOTES, quotes: [], summary }) };
    });
    const zombie = call.attempt({ languageModel: newModel() }).catch((error: unknown) => error);
    await reached.promise;
    await call.attempt({ languageModel: newModel(), number: 2 });
    const before = await call.rows();
    gate.resolve();
    await zombie;
    const after = await call.rows();
    assert.deepEqual(after.chunks, before.chunks);
    assert.deepEqual([after.analyses, after.call], [before.analyses, before.call]);
    for (const { data } of after.chunks) {
      assert.equal((data as { summary: string }).summary, 'Of its successor.');
    }
  });

  it('stores nothing once another run has taken over the call', async () => {
    const call = await rig.newCall(SAID);
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    server.answer(async (_asked, number) => {
      if (number === 2) reached.resolve();
      await gate.promise;
      return { content: WITHOUT_QUOTES };
    });
    const held = call.attempt({ languageModel: newModel() });
    await reached.promise;
    await call.reopen();
    gate.resolve();
    await assert.rejects(held, { type: 'STEP_SUPERSEDED' });
    assert.equal(server.asked.length, 2, 'it asks for nothing more');
    assert.deepEqual((await call.rows()).chunks, []);
  });
});

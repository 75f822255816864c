// Guarantees that LLM_CONCURRENCY bounds what a process asks at once, and that the wait takes nothing off the time for answers.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { createLanguageModel } from '../../../src/clients/language-model/client.ts';
import type { ServiceError } from '../../../src/domain/service-error.ts';
import { startModelServer, type ModelServer } from './model-server.ts';
import { ANALYSIS, createNotes, INPUT, LIMITS, toTestTurns } from './support.ts';

const { signal } = new AbortController();
const CONFIG = { apiKey: 'key', model: 'model', ...LIMITS } as const;
const CONTENT = JSON.stringify(ANALYSIS);

describe('a language model that takes only so much at once', () => {
  let server: ModelServer;
  let atOnce = 0;
  let most = 0;

  beforeEach(async () => {
    server = await startModelServer();
    most = 0;
  });
  afterEach(() => server.close());

  /** The server takes this long for each answer, and counts how many it works on. */
  function takes(ms: number, contentOf: (kind: string, number: number) => string = () => CONTENT) {
    server.answer(async ({ kind }, number) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await sleep(ms);
      atOnce -= 1;
      return { content: contentOf(kind, number) };
    });
  }

  function modelOf(concurrency: number | null, requestMs = 5_000, analysisMs?: number) {
    return createLanguageModel(
      { baseUrl: server.url, ...CONFIG, concurrency },
      requestMs,
      analysisMs,
    );
  }

  it('is asked no more at once, and each analysis has its whole time from its place on', async () => {
    takes(300);
    // Five in a row take far longer than one may.
    const model = modelOf(1, 600, 900);
    await Promise.all(Array.from({ length: 5 }, () => model.analyze(INPUT, createNotes(), signal)));
    assert.equal(most, 1);
    assert.equal(server.asked.length, 5);
  });

  it('is asked as much at once as comes when no limit is set', async () => {
    takes(200);
    const model = modelOf(null);
    await Promise.all(Array.from({ length: 5 }, () => model.analyze(INPUT, createNotes(), signal)));
    assert.equal(most, 5);
  });

  it('reads the parts of a long call one after another, and nobody else in between a repair', async () => {
    const { summary, priority, sentiment, resolved } = ANALYSIS;
    const notes = JSON.stringify({
      ...{ summary, priority, sentiment, resolved },
      ...{ matters: [], actions: [], callerName: null, quotes: [] },
    });
    const merged = JSON.stringify({ ...ANALYSIS, quotes: [] });
    const kinds: string[] = [];
    takes(20, (kind, number) => {
      kinds.push(kind);
      // The first request of all gets an answer that has to be repaired.
      if (number === 1) return 'nonsense';
      return kind === 'notes' ? notes : merged;
    });
    const sentence = 'The wombat printer does not print, although I have tried it over and over.';
    const turns = toTestTurns(...Array.from({ length: 2_500 }, () => sentence));
    const model = modelOf(1);
    const short = model.analyze(INPUT, createNotes(), signal);
    const long = model.analyze({ ...INPUT, turns }, createNotes(), signal);
    await Promise.all([short, long]);
    assert.equal(most, 1);
    assert.deepEqual(kinds.slice(0, 2), ['analysis', 'analysis']);
    assert.ok(kinds.filter((kind) => kind === 'notes').length > 1);
    assert.equal(kinds.at(-1), 'merge');
  });

  it('frees the place of an analysis that failed', async () => {
    server.answer(() => null);
    const model = modelOf(1);
    for (let time = 0; time < 3; time += 1) {
      await assert.rejects(
        model.analyze(INPUT, createNotes(), signal),
        (error: ServiceError) => error.code === 'MODEL_UNAVAILABLE',
      );
    }
  });
});

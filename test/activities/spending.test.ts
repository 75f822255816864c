// Guarantees, over a real database and real sockets, that money spent on analyses in vain is bounded and reported, and that refusals, which cost nothing, end no step.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import { ApplicationFailure } from '@temporalio/common';

import {
  createLanguageModel,
  type LanguageModel,
} from '../../src/clients/language-model/client.ts';
import { asReader } from '../clients/language-model/model-server.ts';
import { completion, LIMITS } from '../clients/language-model/support.ts';
import { sendJson, startHttpServer, type HttpServer } from '../support/http-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { startAnalysisRig, type AnalysisRig } from './analysis-rig.ts';

type Answer = (response: ServerResponse, requestBody: string) => void;

const ANALYSIS = JSON.stringify({
  summary: 'The printer is out of toner.',
  reasonForCall: 'A printer does not print.',
  category: 'incident',
  priority: 'medium',
  sentiment: 'neutral',
  resolved: false,
  actions: [],
  followUpNeeded: true,
  callerName: null,
  quotes: [],
});
const NOTES = JSON.stringify({
  summary: 'The printer is out of toner.',
  matters: [],
  priority: 'medium',
  sentiment: 'neutral',
  resolved: false,
  actions: [],
  callerName: null,
  quotes: [],
});

/** Each answer counts as 100 input and 10 output tokens. */
const says =
  (content: string): Answer =>
  (response, requestBody) =>
    sendJson(response, completion(asReader(content, requestBody)));
const refuses =
  (status: number): Answer =>
  (response) =>
    sendJson(response, { error: { message: 'Rate limit reached' } }, status, {
      'retry-after': '1',
    });
const breaks: Answer = (response) => response.destroy();
const stays: Answer = () => undefined;

describe('the money for the analysis of a call', () => {
  let rig: AnalysisRig;
  let server: HttpServer;
  let languageModel: LanguageModel;
  let answers: Answer[] = [];

  before(async () => {
    rig = await startAnalysisRig();
    server = await startHttpServer(({ body }, response) =>
      (answers.shift() ?? breaks)(response, body),
    );
    languageModel = modelAt(server.url);
  });
  after(async () => {
    await server?.close();
    await rig?.stop();
  });

  function modelAt(url: string): LanguageModel {
    const config = { baseUrl: `${url}/v1`, apiKey: 'key', model: 'model', ...LIMITS };
    return createLanguageModel(config);
  }

  type TestCall = Awaited<ReturnType<AnalysisRig['newCall']>>;
  const newCall = (): Promise<TestCall> => rig.newCall([[1, 'The printer does not print.']]);
  const tokensOf = ({ id }: TestCall) => rig.deps.analyses.countTokens(id);

  /** The failure of an attempt in which the model answers like this. */
  async function failureOf(
    call: TestCall,
    number: number,
    given: readonly Answer[],
    model = languageModel,
  ): Promise<ApplicationFailure> {
    answers = [...given];
    const [result] = await Promise.allSettled([call.attempt({ languageModel: model, number })]);
    assert.ok(result.status === 'rejected' && result.reason instanceof ApplicationFailure);
    return result.reason;
  }

  it('is not spent by requests that were refused, so no number of them ends the step', async () => {
    const call = await newCall();
    const unreachable = await startHttpServer(() => undefined);
    await unreachable.close();
    for (let number = 1; number <= 20; number += 1) {
      const model = number % 3 === 0 ? modelAt(unreachable.url) : languageModel;
      const answer = refuses([429, 503, 529][number % 3] ?? 429);
      const failure = await failureOf(call, number, [answer], model);
      assert.equal(failure.nonRetryable, false, `attempt ${number}`);
    }
    assert.deepEqual(await tokensOf(call), { inputTokens: 0, outputTokens: 0 });
    answers = [says(ANALYSIS)];
    await call.attempt({ languageModel, number: 21 });
    assert.deepEqual(await tokensOf(call), { inputTokens: 100, outputTokens: 10 });
  });

  it('may be spent eight times by answers that broke off; refusals in between do not count', async () => {
    const call = await newCall();
    let number = 0;
    for (let paid = 1; paid <= 8; paid += 1) {
      const refused = await failureOf(call, (number += 1), [refuses(429)]);
      assert.equal(refused.nonRetryable, false);
      const broken = await failureOf(call, (number += 1), [breaks]);
      assert.equal(broken.type, 'MODEL_UNAVAILABLE');
      assert.equal(broken.nonRetryable, paid === 8, `${paid} paid attempts`);
    }
    const requests = server.requests.length;
    const later = await failureOf(call, (number += 1), [says(ANALYSIS)]);
    assert.ok(later.nonRetryable);
    assert.equal(server.requests.length, requests, 'nothing more is asked');
  });

  it('counts attempts that were lost with their worker', async () => {
    const call = await newCall();
    for (let number = 1; number <= 8; number += 1) {
      const asked = server.requests.length;
      answers = [stays];
      // Nobody waits for it, as nobody does when its worker has died.
      call.attempt({ languageModel, number }).catch(() => undefined);
      await waitFor('the request', () =>
        Promise.resolve(server.requests.length > asked || undefined),
      );
    }
    assert.ok((await failureOf(call, 9, [says(ANALYSIS)])).nonRetryable);
  });

  it('is granted anew to a run that an operator asked for', async () => {
    const call = await newCall();
    for (let number = 1; number <= 8; number += 1) await failureOf(call, number, [breaks]);
    await call.reopen();
    answers = [says(ANALYSIS)];
    await call.attempt({ languageModel });
    assert.equal((await call.rows()).call.outcome, 'ANALYZED');
  });

  it('is reported with what was paid in vain: answers that were unusable, blocked, or not stored', async () => {
    const call = await newCall();
    await failureOf(call, 1, [says('nonsense'), says('nonsense'), refuses(503)]);
    assert.deepEqual(await tokensOf(call), { inputTokens: 200, outputTokens: 20 });

    const blocked = { finish_reason: 'SAFETY', message: { content: null } };
    const usage = { prompt_tokens: 50, completion_tokens: 0 };
    const failure = await failureOf(call, 2, [
      (response) => sendJson(response, { choices: [blocked], usage }),
    ]);
    assert.equal(failure.type, 'MODEL_CONTENT_BLOCKED');
    assert.deepEqual(await tokensOf(call), { inputTokens: 250, outputTokens: 20 });

    answers = [says('nonsense'), says(ANALYSIS)];
    await call.attempt({ languageModel, number: 3 });
    assert.deepEqual(await tokensOf(call), { inputTokens: 450, outputTokens: 40 });
    await call.attempt({ languageModel, number: 4 });
    assert.deepEqual(await tokensOf(call), { inputTokens: 450, outputTokens: 40 }, 'counted once');
  });

  it('that bought notes on a part is not spent in vain, and is counted once', async () => {
    const long = Array.from({ length: 1_800 }, (_, turn) => {
      const text = `Sentence ${turn} says that the printer on the first floor does not print any more.`;
      return [turn % 2 === 0 ? 1 : 2, text] as const;
    });
    const call = await rig.newCall(long);
    for (const number of [1, 2]) {
      const failure = await failureOf(call, number, [says(NOTES), refuses(429), refuses(429)]);
      assert.equal(failure.nonRetryable, false, failure.message);
    }
    const { chunks, call: row } = await call.rows();
    const parts = chunks.length;
    assert.equal(parts, 2);
    const activity = { runId: row.runId, activityId: '5', attempt: 3 };
    assert.equal(await rig.deps.analysisAttempts.countBefore(activity), 0);
    assert.deepEqual(await tokensOf(call), { inputTokens: parts * 100, outputTokens: parts * 10 });
  });
});

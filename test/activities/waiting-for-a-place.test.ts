// A step that waits for a place at a server that takes only so much at once has not failed, pays nothing, and has
// its whole time from the moment at which the wait was over.
import assert from 'node:assert/strict';

import { ApplicationFailure } from '@temporalio/common';

import type { ActivitiesDeps } from '../../src/activities/index.ts';
import { createLanguageModel } from '../../src/clients/language-model/client.ts';
import { createNotes, INPUT, LIMITS } from '../clients/language-model/support.ts';
import { fileOf } from '../clients/transcription-server/support.ts';
import { startHttpServer, type HttpServer } from '../support/http-server.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';
import { waitFor } from '../support/wait-for.ts';

const HOUR_MS = 60 * 60 * 1000;

/** One at work, and as many waiting as the line holds. */
const CROWD = 31;

type WaitingStep = 'transcribeRecording' | 'analyzeTranscript';

const CASES = [
  {
    step: 'transcribeRecording',
    code: 'SPEECH_QUEUED',
    failure: { system: 'transcription', action: { status: 503 } },
    failureCode: 'SPEECH_UNAVAILABLE',
    event: 'TRANSCRIPTION_FAILED',
    hours: 12,
  },
  {
    step: 'analyzeTranscript',
    code: 'MODEL_QUEUED',
    failure: { system: 'languageModel', action: { status: 503 } },
    failureCode: 'MODEL_UNAVAILABLE',
    event: 'ANALYSIS_FAILED',
    hours: 6,
  },
] as const;

describe('a step that waits for a place', () => {
  let rig: StepRig;
  /** Accepts requests and never answers. */
  let server: HttpServer;
  const stopCrowd = new AbortController();
  let crowded: Record<WaitingStep, Partial<ActivitiesDeps>>;

  before(async () => {
    rig = await startStepRig({ SPEECH_PROVIDER: 'openai-compatible' });
    server = await startHttpServer(() => undefined);
    const { speech, languageModel } = createClients();
    const { signal } = stopCrowd;
    for (let index = 0; index < CROWD; index += 1) {
      speech.transcribe(fileOf(Buffer.from('audio')), signal).catch(() => undefined);
      languageModel.analyze(INPUT, createNotes(), signal).catch(() => undefined);
    }
    crowded = { transcribeRecording: { speech }, analyzeTranscript: { languageModel } };
    await waitFor('both servers to be at work', async () => server.requests.length === 2);
  });
  beforeEach(() => rig.sandbox.clearFaults());
  after(async () => {
    stopCrowd.abort();
    await server.close();
    await rig.stop();
  });

  /** A server of which the only place is taken, and nobody waits yet. */
  function busy(step: WaitingStep): Partial<ActivitiesDeps> {
    const { speech, languageModel } = createClients();
    const { signal } = stopCrowd;
    if (step === 'analyzeTranscript') {
      languageModel.analyze(INPUT, createNotes(), signal).catch(() => undefined);
      return { languageModel };
    }
    speech.transcribe(fileOf(Buffer.from('audio')), signal).catch(() => undefined);
    return { speech };
  }

  /** The crowded server, to which an attempt comes after something else has happened. */
  function crowdedAfter(step: WaitingStep, happen: () => Promise<void>): Partial<ActivitiesDeps> {
    const { speech } = crowded.transcribeRecording;
    const { languageModel } = crowded.analyzeTranscript;
    assert.ok(speech?.provider === 'openai-compatible' && languageModel !== undefined);
    if (step === 'transcribeRecording') {
      const transcribe: typeof speech.transcribe = async (...parameters) => {
        await happen();
        return speech.transcribe(...parameters);
      };
      return { speech: { ...speech, transcribe } };
    }
    const analyze: typeof languageModel.analyze = async (...parameters) => {
      await happen();
      return languageModel.analyze(...parameters);
    };
    return { languageModel: { analyze } };
  }

  /** New clients of the server, each of which takes one thing at once. */
  function createClients() {
    const baseUrl = `${server.url}/v1`;
    const speech = rig.speechWith({
      TRANSCRIPTION_BASE_URL: baseUrl,
      TRANSCRIPTION_CONCURRENCY: '1',
    });
    const config = { baseUrl, apiKey: 'key', model: 'model', ...LIMITS, concurrency: 1 };
    assert.ok(speech.provider === 'openai-compatible');
    return { speech, languageModel: createLanguageModel(config) };
  }

  for (const { step, code, failure, failureCode, event, hours } of CASES) {
    describe(step, () => {
      async function newCall() {
        const call = await rig.newCall();
        await call.upTo(step);
        return {
          ...call,
          failure: async (number: number, instead: Partial<ActivitiesDeps> = {}) => {
            const [result] = await Promise.allSettled([call.attempt(step, number, instead)]);
            assert.ok(result.status === 'rejected', 'the attempt must fail');
            assert.ok(result.reason instanceof ApplicationFailure, String(result.reason));
            return result.reason;
          },
          messages: async () =>
            (await call.rows()).logs
              .filter((row) => row.event === event)
              .map(({ message }) => message),
          /** Lets the wait, or the time since, have begun earlier. */
          age: async (ms: number) => {
            const row = (await call.rows()).call;
            const note = row.placeNote as { waitedUntil: number };
            const placeNote = { ...note, waitedUntil: note.waitedUntil - ms };
            await rig.deps.calls.update(row.id, { placeNote });
          },
        };
      }

      it('sends nothing, is no failed attempt and spends nothing', async () => {
        const call = await newCall();
        const before = server.requests.length;
        for (let number = 1; number <= 10; number += 1) {
          const waiting = await call.failure(number, crowded[step]);
          assert.equal(waiting.type, code);
          assert.equal(waiting.category, 'BENIGN');
          assert.equal(waiting.nonRetryable, false);
          const delayMs = Number(waiting.nextRetryDelay);
          assert.ok(delayMs >= 30_000 && delayMs <= 90_000, `${delayMs}`);
        }
        assert.equal(server.requests.length, before);
        assert.deepEqual(await call.messages(), []);
        const { call: row } = await call.rows();
        assert.equal(row.waitingStep, null);
        const { prisma } = rig.deps.database;
        assert.equal(await prisma.analysisAttempt.count({ where: { callId: row.id } }), 0);

        // After more waits than the step may fail attempts, it succeeds.
        await call.attempt(step, 11);
      });

      it('has its time from the end of the wait on, and then fails for good', async () => {
        const call = await newCall();
        call.scheduledAgo(100 * HOUR_MS);
        await call.failure(1, crowded[step]);
        // Nobody came back for long: the workers were away.
        await call.age(20 * HOUR_MS);
        await rig.sandbox.fault({ ...failure, times: 3 });

        const first = await call.failure(2);
        assert.equal(first.type, failureCode);
        assert.equal(first.nonRetryable, false);
        await call.age(hours * HOUR_MS - 60_000);
        // To be sent away again begins nothing anew.
        assert.equal((await call.failure(3, crowded[step])).type, code);
        assert.equal((await call.failure(4)).nonRetryable, false);

        // The time is over.
        await call.age(60_000);
        const last = await call.failure(5);
        assert.equal(last.type, failureCode);
        assert.equal(last.nonRetryable, true);
      });

      it('has its time from its scheduling on if it never waited', async () => {
        const call = await newCall();
        await rig.sandbox.fault({ ...failure, times: 4 });
        call.scheduledAgo(hours * HOUR_MS - 60_000);
        assert.equal((await call.failure(1)).nonRetryable, false);
        call.scheduledAgo(hours * HOUR_MS);
        const late = await call.failure(2);
        assert.deepEqual([late.type, late.nonRetryable], [failureCode, true]);
        // All attempts until now must have hung: this one would be the next.
        call.scheduledAgo((hours + 3) * HOUR_MS);
        const gone = await call.failure(3);
        assert.deepEqual([gone.type, gone.nonRetryable], ['TIMEOUT', true]);
        // A first attempt may have waited for a worker, and is made in any case.
        assert.equal((await call.failure(1)).type, failureCode);
      });

      it('has its first failure noted as the first, however often it waited before', async () => {
        const call = await newCall();
        await call.failure(1, crowded[step]);
        await rig.sandbox.fault({ ...failure, times: 2 });
        await call.failure(37);
        await call.failure(38);
        const [first = '', second = ''] = await call.messages();
        assert.match(first, /^Attempt 37 failed\. /);
        assert.match(second, /^Attempt 38 failed, number 2 in a row with the same code\. /);
      });

      it('writes nothing about its wait on the call of another run', async () => {
        const call = await newCall();
        const takeOver = async () => {
          const { id } = (await call.rows()).call;
          await rig.deps.calls.update(id, { runId: 'other' });
        };
        assert.equal((await call.failure(1, crowdedAfter(step, takeOver))).type, code);
        assert.equal((await call.rows()).call.placeNote, null);
      });

      it('stops waiting when the run is cancelled', async () => {
        const call = await newCall();
        const attempt = call.attempt(step, 1, busy(step));
        await waitFor('the attempt to wait', async () => {
          const { call: row } = await call.rows();
          return step === 'transcribeRecording'
            ? row.speechRecognition !== null
            : (await rig.deps.database.prisma.analysisAttempt.count({
                where: { callId: row.id },
              })) === 1;
        });
        call.cancel();
        await assert.rejects(Promise.resolve(attempt), { name: 'CancelledFailure' });
        const { prisma } = rig.deps.database;
        const { call: row } = await call.rows();
        assert.equal(await prisma.analysisAttempt.count({ where: { callId: row.id } }), 0);
      });
    });
  }
});

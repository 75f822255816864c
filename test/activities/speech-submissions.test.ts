// Guarantees how often a recording is submitted to Speech-to-Text, and what that reads and costs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Speech } from '../../src/clients/speech/client.ts';
import { ServiceError } from '../../src/domain/service-error.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';
import { waitFor } from '../support/wait-for.ts';

const STEP = 'transcribeRecording';

/** Two channels of 4.25 seconds, each of which is billed as five. */
const TWO_CHANNELS = {
  audio: { generate: { kind: 'noise', seconds: 4.25, channels: 2 } },
  transcript: undefined,
  words: [{ channel: 1, start: 0.5, end: 2, text: 'Hello, the printer is broken.' }],
};
const BILLED_SECONDS = 10;

describe('a recording that is submitted to Speech-to-Text', () => {
  let rig: StepRig;
  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  type Call = Awaited<ReturnType<StepRig['newCall']>>;

  async function archived(recording?: Readonly<Record<string, unknown>>): Promise<Call> {
    const call = await rig.newCall(recording);
    await call.upTo(STEP);
    return call;
  }

  const submissionsOf = async (call: Call) => (await call.hits())['speech.BatchRecognize'] ?? 0;
  const listings = async () => (await rig.sandbox.hits()).total['speech.ListOperations'] ?? 0;
  const inVainOf = async (call: Call) =>
    rig.deps.speechOperations.inVainOf((await call.rows()).call.id);

  const lose = (call: Call, times: number) =>
    rig.sandbox.fault({
      system: 'speech',
      operation: 'BatchRecognize',
      callSid: call.callSid,
      times,
      action: { loseOperation: true },
    });

  /** Google Speech-to-Text as the worker has it. */
  function google() {
    const { speech } = rig.deps;
    assert.ok(speech.provider === 'google');
    return speech;
  }

  /** Dependencies that find no result: it would be looked for, and found, before the operation. */
  function withoutResults() {
    const { recordingStore } = rig.deps;
    return { recordingStore: { ...recordingStore, listObjects: async () => [] } };
  }

  it('for the first time lists no operations of the project', async () => {
    const call = await archived();
    const before = await listings();
    await call.attempt(STEP, 1);
    assert.equal(await submissionsOf(call), 1);
    assert.equal(await listings(), before);
    assert.deepEqual(await inVainOf(call), { seconds: 0, isAny: false });
  });

  it('lists none either when an attempt failed before it could submit', async () => {
    const call = await archived();
    const { calls } = rig.deps;
    const submitFirst = () =>
      Promise.reject(new ServiceError('DATABASE_UNAVAILABLE', 'It was away for a moment.'));
    const failed = call.attempt(STEP, 1, { calls: { ...calls, submitFirst } });
    await assert.rejects(Promise.resolve(failed), { type: 'DATABASE_UNAVAILABLE' });
    const before = await listings();
    await call.attempt(STEP, 2);
    assert.equal(await listings(), before);
  });

  it('is found in the list, and not paid for again, when the answer was lost', async () => {
    const call = await archived();
    await rig.sandbox.fault({
      system: 'speech',
      operation: 'BatchRecognize',
      callSid: call.callSid,
      action: { loseReply: true },
    });
    await assert.rejects(Promise.resolve(call.attempt(STEP, 1)), { type: 'SPEECH_UNAVAILABLE' });
    const before = await listings();
    await call.attempt(STEP, 2, withoutResults());
    assert.equal(await submissionsOf(call), 1);
    assert.equal(await listings(), before + 1);
    assert.deepEqual(await inVainOf(call), { seconds: 0, isAny: false });
  });

  it('is looked for by an attempt that comes after one that announced it and was killed', async () => {
    const call = await archived();
    const never = Promise.withResolvers<never>();
    const announced = Promise.withResolvers<void>();
    const submit = () => {
      announced.resolve();
      return never.promise;
    };
    const killed = call.attempt(STEP, 1, { speech: { ...google(), submit } });
    await announced.promise;
    const before = await listings();
    await call.attempt(STEP, 2);
    assert.equal(await listings(), before + 1);
    assert.equal(await submissionsOf(call), 1);
    never.reject(new ServiceError('SPEECH_UNAVAILABLE', 'Its worker is dead.'));
    await assert.rejects(Promise.resolve(killed));
  });

  it('is looked for by an attempt that was held up before it announced it, while another did', async () => {
    const call = await archived();
    await call.attempt(STEP, 1);
    // A redo reserves its submission before it announces it.
    await call.redoIn(STEP);
    const gate = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const { recordingStore } = rig.deps;
    const listObjects: typeof recordingStore.listObjects = async (...parameters) => {
      const found = await recordingStore.listObjects(...parameters);
      held.resolve();
      await gate.promise;
      return found;
    };
    const late = call.attempt(STEP, 1, { recordingStore: { ...recordingStore, listObjects } });
    await held.promise;

    const answer = Promise.withResolvers<void>();
    const submitted = Promise.withResolvers<void>();
    const speech = google();
    const submit: typeof speech.submit = async (...parameters) => {
      const operation = await speech.submit(...parameters);
      submitted.resolve();
      await answer.promise;
      return operation;
    };
    const faster = call.attempt(STEP, 2, { speech: { ...speech, submit } });
    await submitted.promise;
    gate.resolve();
    await late;
    answer.resolve();
    await faster;
    assert.equal(await submissionsOf(call), 2);
    assert.deepEqual(await inVainOf(call), { seconds: 0, isAny: false });
  });

  it('is submitted once by an attempt that was held up before it reserved it, and the one that was faster', async () => {
    const call = await archived();
    const gate = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const { calls } = rig.deps;
    const submitFirst: typeof calls.submitFirst = async (...parameters) => {
      held.resolve();
      await gate.promise;
      return calls.submitFirst(...parameters);
    };
    const late = call.attempt(STEP, 1, { calls: { ...calls, submitFirst } });
    await held.promise;
    const submitted = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const speech = google();
    const submit: typeof speech.submit = async (...parameters) => {
      const operation = await speech.submit(...parameters);
      submitted.resolve();
      await answer.promise;
      return operation;
    };
    const faster = call.attempt(STEP, 2, { speech: { ...speech, submit } });
    await submitted.promise;
    gate.resolve();
    await late;
    answer.resolve();
    await faster;
    assert.equal(await submissionsOf(call), 1);
    assert.deepEqual(await inVainOf(call), { seconds: 0, isAny: false });
  });

  it('is lost three times, and then given up until a person asks; each counts with its length', async () => {
    const call = await archived(TWO_CHANNELS);
    await lose(call, 100);
    for (const [number, nonRetryable] of [
      [1, false],
      [2, false],
      [3, true],
      // Its worker died before the failure got to Temporal.
      [4, true],
    ] as const) {
      const attempt = Promise.resolve(call.attempt(STEP, number));
      await assert.rejects(attempt, { type: 'SPEECH_OPERATION_LOST', nonRetryable }, `${number}`);
    }
    assert.equal(await submissionsOf(call), 3);
    assert.deepEqual(await inVainOf(call), { seconds: 3 * BILLED_SECONDS, isAny: true });

    await call.redoIn(STEP);
    for (const [number, nonRetryable] of [
      [1, false],
      [2, false],
      [3, true],
    ] as const) {
      const attempt = Promise.resolve(call.attempt(STEP, number));
      await assert.rejects(attempt, { type: 'SPEECH_OPERATION_LOST', nonRetryable }, `${number}`);
    }
    assert.equal(await submissionsOf(call), 6);
    assert.deepEqual(await inVainOf(call), { seconds: 6 * BILLED_SECONDS, isAny: true });
  });

  it('is submitted three times at most when Google ends it in errors, which are not billed', async () => {
    const call = await archived(TWO_CHANNELS);
    await rig.sandbox.fault({
      system: 'speech',
      operation: 'BatchRecognize',
      callSid: call.callSid,
      times: 100,
      action: { operationError: { code: 'INTERNAL' } },
    });
    for (const [number, nonRetryable] of [
      [1, false],
      [2, false],
      [3, true],
    ] as const) {
      const attempt = Promise.resolve(call.attempt(STEP, number));
      await assert.rejects(attempt, { type: 'SPEECH_OPERATION_FAILED', nonRetryable });
    }
    assert.equal(await submissionsOf(call), 3);
    assert.deepEqual(await inVainOf(call), { seconds: 0, isAny: false });
  });

  it('counts no request that Google refused', async () => {
    const call = await archived();
    await rig.sandbox.fault({
      system: 'speech',
      operation: 'BatchRecognize',
      callSid: call.callSid,
      times: 5,
      action: { status: 'UNAVAILABLE' },
    });
    for (const number of [1, 2, 3, 4, 5]) {
      const attempt = Promise.resolve(call.attempt(STEP, number));
      await assert.rejects(attempt, { type: 'SPEECH_UNAVAILABLE', nonRetryable: false });
    }
    await call.attempt(STEP, 6);
    assert.deepEqual(await inVainOf(call), { seconds: 0, isAny: false });
  });

  it('was not lost if one answer denied it and the list has it', async () => {
    const call = await archived(TWO_CHANNELS);
    await rig.sandbox.fault({
      system: 'speech',
      operation: 'GetOperation',
      callSid: call.callSid,
      action: { status: 'NOT_FOUND' },
    });
    const attempt = Promise.resolve(call.attempt(STEP, 1, withoutResults()));
    await assert.rejects(attempt, { type: 'SPEECH_OPERATION_LOST' });
    assert.deepEqual(await inVainOf(call), { seconds: BILLED_SECONDS, isAny: true });
    await call.attempt(STEP, 2, withoutResults());
    assert.equal(await submissionsOf(call), 1);
    assert.deepEqual(await inVainOf(call), { seconds: 0, isAny: false });
  });

  it('costs what its operation says when its result file does not, and nothing is invented without either', async () => {
    const { input } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../field/20-billed-seconds.json'), 'utf8'),
    ) as { input: { resultFile: object } };
    const parseResult = (_: string, uri: string) =>
      google().parseResult(JSON.stringify(input.resultFile), uri);
    const call = await archived(TWO_CHANNELS);
    await call.attempt(STEP, 1, { speech: { ...google(), parseResult } });
    const told = (await call.rows()).call.transcript;
    assert.deepEqual([told?.text, told?.billedSeconds], ['good morning', BILLED_SECONDS]);

    await call.redoIn(STEP);
    const poll = async (...asked: Parameters<Speech['poll']>) => {
      const state = await google().poll(...asked);
      return state.state === 'DONE' ? { state: state.state, resultUri: state.resultUri } : state;
    };
    await call.attempt(STEP, 1, { speech: { ...google(), parseResult, poll } });
    const untold = await call.rows();
    assert.equal(untold.call.transcript?.billedSeconds, null);
    assert.equal(untold.call.transcript?.priorSeconds, BILLED_SECONDS);
    assert.match(untold.logs.at(-1)?.message ?? '', /an unknown number of billed seconds/);
  });

  it('counts as paid in vain when it is redone before its result was used', async () => {
    const call = await archived(TWO_CHANNELS);
    const polled = Promise.withResolvers<void>();
    const poll = async () => {
      polled.resolve();
      return { state: 'RUNNING', progressPercent: 0 } as const;
    };
    const left = Promise.resolve(call.attempt(STEP, 1, { speech: { ...google(), poll } }));
    await polled.promise;
    call.cancel();
    await assert.rejects(left);
    await call.redoIn(STEP);
    await call.attempt(STEP, 1);
    assert.equal(await submissionsOf(call), 2);
    assert.deepEqual(await inVainOf(call), { seconds: BILLED_SECONDS, isAny: true });
    const { transcript } = (await call.rows()).call;
    assert.equal(transcript?.billedSeconds, BILLED_SECONDS);
  });

  it('counts as paid in vain when its result was deleted before it was read', async () => {
    const call = await archived(TWO_CHANNELS);
    const { recordingStore } = rig.deps;
    const readText = () => {
      throw new ServiceError('STORAGE_OBJECT_MISSING', 'The object does not exist.');
    };
    const attempt = call.attempt(STEP, 1, { recordingStore: { ...recordingStore, readText } });
    await assert.rejects(Promise.resolve(attempt), { type: 'SPEECH_RESULT_MISSING' });
    await call.attempt(STEP, 2);
    assert.equal(await submissionsOf(call), 2);
    assert.deepEqual(await inVainOf(call), { seconds: BILLED_SECONDS, isAny: true });
  });

  it('is submitted three times at most when its results are deleted', async () => {
    const call = await archived(TWO_CHANNELS);
    const { recordingStore } = rig.deps;
    const readText = () => {
      throw new ServiceError('STORAGE_OBJECT_MISSING', 'The object does not exist.');
    };
    const deps = { recordingStore: { ...recordingStore, readText } };
    for (const [number, type, nonRetryable] of [
      [1, 'SPEECH_RESULT_MISSING', false],
      [2, 'SPEECH_RESULT_MISSING', false],
      [3, 'SPEECH_RESULT_MISSING', true],
      // Its worker died before the failure got to Temporal.
      [4, 'SPEECH_OPERATION_LOST', true],
    ] as const) {
      const attempt = Promise.resolve(call.attempt(STEP, number, deps));
      await assert.rejects(attempt, { type, nonRetryable }, `${number}`);
    }
    assert.equal(await submissionsOf(call), 3);
    assert.deepEqual(await inVainOf(call), { seconds: 3 * BILLED_SECONDS, isAny: true });
  });

  it('counts as paid in vain when two attempts submitted it at once', async () => {
    const call = await archived(TWO_CHANNELS);
    const gate = Promise.withResolvers<void>();
    const speech = google();
    const submit: typeof speech.submit = async (...parameters) => {
      await gate.promise;
      return speech.submit(...parameters);
    };
    const announced = async () =>
      (await call.rows()).call.speechRecognition === null ? null : true;
    const late = call.attempt(STEP, 1, { speech: { ...speech, submit } });
    await waitFor('the announcement', announced);
    await call.attempt(STEP, 2);
    gate.resolve();
    await late;
    assert.equal(await submissionsOf(call), 2);
    assert.deepEqual(await inVainOf(call), { seconds: BILLED_SECONDS, isAny: true });
  });
});

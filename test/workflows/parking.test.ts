import assert from 'node:assert/strict';

import type { WorkflowHandle } from '@temporalio/client';

import type { RecordFailureInput } from '../../src/activities/steps/record-failure.ts';
import type { RecordReprocessInput } from '../../src/activities/steps/record-reprocess.ts';
import { releaseTransitionOf, transitionOf } from '../../src/activities/step/transition.ts';
import type { Step } from '../../src/domain/names.ts';
import type { CallProcessingInput, StatusReport } from '../../src/domain/call-run.ts';
import { waitFor } from '../support/wait-for.ts';
import { fail, type Script } from './scripted-activities.ts';
import {
  attributesOf,
  inputsOf,
  namesOf,
  startWorkflowTest,
  untilParked,
  type WorkflowTest,
} from './workflow-test.ts';

// A step that fails for good parks the run until it is reprocessed. No signal, cancel or expiry,
// whenever it comes, loses the call or leaves a branch running.

describe('CallProcessingWorkflow', () => {
  let test: WorkflowTest;

  before(async () => {
    test = await startWorkflowTest();
  });
  after(() => test.stop());

  const bothBranchesFail = ({ next }: Script) => {
    next.transcribeRecording = [fail('SPEECH_INVALID_ARGUMENT')];
    next.matchCompany = [fail('CONNECTWISE_CREDENTIALS_REFUSED')];
  };

  const redoneOf = (
    script: Script,
    activity: 'archiveRecording' | 'transcribeRecording' | 'matchCompany',
  ) => inputsOf<{ redo: boolean }>(script, activity).map(({ redo }) => redo);

  const untilDone = (handle: WorkflowHandle, step: Step) =>
    waitFor(`${step} to be done`, async () => {
      const { steps } = await handle.query<StatusReport>('status');
      return steps[step] === 'DONE';
    });

  /** Starts a run whose analysis keeps running until it is released. */
  async function startUntilAnalysis() {
    const { promise, resolve: release } = Promise.withResolvers<void>();
    const { handle, script } = await test.start(({ next }) => {
      next.analyzeTranscript = [() => promise];
    });
    await waitFor('the analysis to run', async () => namesOf(script).includes('analyzeTranscript'));
    return { handle, script, release };
  }

  it('runs the steps in order and publishes COMPLETED', async () => {
    const { handle, script, callSid } = await test.start();
    assert.deepEqual(await handle.result(), { callSid, status: 'COMPLETED', outcome: 'ANALYZED' });
    assert.deepEqual(namesOf(script).toSorted(), [
      'analyzeTranscript',
      'archiveRecording',
      'matchCompany',
      'openCall',
      'transcribeRecording',
    ]);
    assert.deepEqual(namesOf(script).slice(0, 2), ['openCall', 'archiveRecording']);
    assert.equal(namesOf(script).at(-1), 'analyzeTranscript');
    assert.deepEqual(await attributesOf(handle), { CallStatus: 'COMPLETED' });
  });

  it('parks both parallel branches, publishes the one parked last, and releases both with one signal', async () => {
    const { handle, script } = await test.start(bothBranchesFail);
    const { parked } = await untilParked(handle, 'transcribeRecording', 'matchCompany');
    const last = parked.at(-1);
    assert.deepEqual(await attributesOf(handle), {
      CallStatus: 'FAILED',
      FailedStep: last?.step,
      FailureCode: last?.code,
    });
    await handle.signal('reprocess');
    await handle.result();
    const asked = namesOf(script);
    assert.equal(asked.filter((name) => name === 'recordReprocess').length, 2);
    assert.equal(asked.filter((name) => name === 'archiveRecording').length, 1);
    assert.equal(asked.filter((name) => name === 'transcribeRecording').length, 2);
    assert.deepEqual(await attributesOf(handle), { CallStatus: 'COMPLETED' });
  });

  it('records each release as later than the failures it releases, and earlier than those parked afterwards', async () => {
    const { handle, script } = await test.start(({ next }) => {
      next.matchCompany = [fail('CONNECTWISE_BAD_REQUEST'), fail('CONNECTWISE_BAD_REQUEST')];
    });
    await untilParked(handle, 'matchCompany');
    await handle.signal('reprocess');
    await waitFor('it to be parked again', async () => {
      const { parked, steps } = await untilParked(handle, 'matchCompany');
      const asked = namesOf(script).filter((name) => name === 'matchCompany').length;
      return asked === 2 && parked.length === 1 && steps.transcribeRecording === 'DONE';
    });
    await handle.signal('reprocess');
    await handle.result();

    const failures: bigint[] = [];
    const { events } = await handle.fetchHistory();
    for (const { eventTime, activityTaskScheduledEventAttributes } of events ?? []) {
      if (activityTaskScheduledEventAttributes?.activityType?.name !== 'recordFailure') continue;
      const activityId = activityTaskScheduledEventAttributes.activityId ?? '';
      const { seconds, nanos } = eventTime ?? {};
      const scheduledTimestampMs = Number(seconds) * 1_000 + Math.floor((nanos ?? 0) / 1_000_000);
      failures.push(transitionOf({ scheduledTimestampMs, activityId }));
    }
    const releases = inputsOf<RecordReprocessInput>(script, 'recordReprocess').map(
      ({ releasedAtMs }) => releaseTransitionOf(releasedAtMs ?? 0),
    );
    assert.deepEqual([failures.length, releases.length], [2, 2]);
    const [first = 0n, second = 0n] = failures;
    const [one = 0n, other = 0n] = releases;
    assert.ok(first < one && one < second && second < other, `${first} ${one} ${second} ${other}`);
  });

  it('lets the other branch finish while one is parked', async () => {
    const { handle } = await test.start(({ next }) => {
      next.matchCompany = [fail('CONNECTWISE_CREDENTIALS_REFUSED')];
    });
    const { steps } = await waitFor('the transcription to finish meanwhile', async () => {
      const status = await untilParked(handle, 'matchCompany');
      return status.steps.transcribeRecording === 'DONE' ? status : null;
    });
    assert.equal(steps.matchCompany, 'FAILED');
    assert.equal(steps.analyzeTranscript, 'WAITING');
    await handle.signal('reprocess', {});
    await handle.result();
  });

  for (const payload of [
    undefined,
    null,
    'archive',
    42,
    [1],
    { from: 7 },
    { from: 'nowhere' },
    {},
  ]) {
    it(`treats the signal with ${JSON.stringify(payload) ?? 'no'} payload as a plain retry`, async () => {
      const { handle, script } = await test.start(({ next }) => {
        next.analyzeTranscript = [fail('MODEL_BAD_REQUEST')];
      });
      await untilParked(handle, 'analyzeTranscript');
      await handle.signal('reprocess', ...(payload === undefined ? [] : [payload]));
      await handle.result();
      assert.equal(namesOf(script).filter((name) => name === 'archiveRecording').length, 1);
      assert.equal(namesOf(script).filter((name) => name === 'analyzeTranscript').length, 2);
    });
  }

  it('leaves a run alone in which nothing is parked any more, if a signal asks only for what is parked', async () => {
    const { handle, script, release } = await startUntilAnalysis();
    await handle.signal('reprocess', { from: 'matchCompany', onlyIfParked: true });
    await waitFor('the signal to be handled', async () => {
      return (await handle.query<StatusReport>('status')).reprocessRequests === 1;
    });
    release();
    await handle.result();
    assert.deepEqual(redoneOf(script, 'matchCompany'), [false]);

    const parked = await test.start(({ next }) => {
      next.matchCompany = [fail('CONNECTWISE_CREDENTIALS_REFUSED')];
    });
    await untilParked(parked.handle, 'matchCompany');
    await parked.handle.signal('reprocess', { onlyIfParked: true });
    await parked.handle.result();
    assert.deepEqual(redoneOf(parked.script, 'matchCompany'), [false, false]);
  });

  it('ignores a signal while nothing is parked, and a signal sent twice', async () => {
    const release = Promise.withResolvers<void>();
    const { handle, script } = await test.start(({ next }) => {
      next.archiveRecording = [() => release.promise];
      next.analyzeTranscript = [fail('MODEL_BAD_REQUEST')];
    });
    await waitFor('archiving to run', async () => namesOf(script).includes('archiveRecording'));
    await handle.signal('reprocess');
    await handle.signal('reprocess', { from: 'analyzeTranscript' });
    release.resolve();
    await untilParked(handle, 'analyzeTranscript');
    await handle.signal('reprocess');
    await handle.signal('reprocess').catch(() => undefined);
    await handle.result();
    assert.equal(namesOf(script).filter((name) => name === 'analyzeTranscript').length, 2);
  });

  it('restarts at a finished step and redoes what depends on it', async () => {
    const { handle, script, callSid } = await test.start(({ next }) => {
      next.analyzeTranscript = [fail('MODEL_BAD_REQUEST')];
    });
    await untilParked(handle, 'analyzeTranscript');
    await handle.signal('reprocess', { from: 'transcribeRecording', reason: 'wrong language' });
    await handle.result();

    const inputs = script.asked.filter(({ activity }) => activity === 'openCall');
    assert.deepEqual(inputs.at(-1)?.input, {
      callSid,
      recordgroup: '1',
      recordid: '2',
      redoFrom: 'transcribeRecording',
      reason: 'wrong language',
    });
    const redone = script.asked
      .slice(script.asked.findLastIndex(({ activity }) => activity === 'openCall') + 1)
      .map(({ activity, input }) => [activity, (input as { redo: boolean }).redo]);
    assert.deepEqual(Object.fromEntries(redone), {
      archiveRecording: false,
      transcribeRecording: true,
      matchCompany: false,
      analyzeTranscript: true,
    });
  });

  it('waits for a running branch before it restarts', async () => {
    const release = Promise.withResolvers<void>();
    const { handle, script } = await test.start(({ next }) => {
      next.transcribeRecording = [() => release.promise];
      next.matchCompany = [fail('CONNECTWISE_BAD_REQUEST')];
    });
    await untilParked(handle, 'matchCompany');
    await handle.signal('reprocess', { from: 'archiveRecording' });
    await waitFor('the signal to be handled', async () => {
      const { parked } = (await handle.query('status')) as { parked: unknown[] };
      return parked.length === 0;
    });
    assert.equal(namesOf(script).filter((name) => name === 'openCall').length, 1);
    release.resolve();
    await handle.result();
    assert.equal(namesOf(script).filter((name) => name === 'openCall').length, 2);
    assert.equal(namesOf(script).filter((name) => name === 'archiveRecording').length, 2);
  });

  it('still redoes what it was first asked to redo when it restarts at another step', async () => {
    const { handle, script } = await test.start(
      ({ next }) => {
        next.matchCompany = [fail('CONNECTWISE_BAD_REQUEST')];
      },
      { redoFrom: 'matchCompany' },
    );
    await untilParked(handle, 'matchCompany');
    await untilDone(handle, 'transcribeRecording');
    await handle.signal('reprocess', { from: 'transcribeRecording' });
    await handle.result();
    assert.deepEqual(redoneOf(script, 'matchCompany'), [true, true]);
    assert.deepEqual(redoneOf(script, 'transcribeRecording'), [false, true]);
    const [, second] = inputsOf<{ redoFrom: string }>(script, 'openCall');
    assert.equal(second?.redoFrom, 'transcribeRecording', 'what the operator asked for');
  });

  it('redoes the steps of all signals that arrive before it restarts', async () => {
    const { handle, script, release } = await startUntilAnalysis();
    await handle.signal('reprocess', { from: 'matchCompany' });
    await handle.signal('reprocess', { from: 'transcribeRecording' });
    release();
    await handle.result();
    assert.deepEqual(redoneOf(script, 'matchCompany'), [false, true]);
    assert.deepEqual(redoneOf(script, 'transcribeRecording'), [false, true]);
    assert.deepEqual(redoneOf(script, 'archiveRecording'), [false, false]);
  });

  it('does not restart when it is cancelled after the signal', async () => {
    const { handle, script, release } = await startUntilAnalysis();
    await handle.signal('reprocess', { from: 'archiveRecording' });
    await handle.cancel();
    await handle.query('status');
    release();
    await handle.result();
    assert.equal(namesOf(script).filter((name) => name === 'openCall').length, 1);
  });

  it('restarts when the signal arrives after one branch expired and before the other ended', async () => {
    const release = Promise.withResolvers<void>();
    const { handle, script } = await test.start((prepared) => {
      prepared.next.transcribeRecording = [() => release.promise];
      prepared.next.matchCompany = [fail('CONNECTWISE_BAD_REQUEST')];
      prepared.windowMs = 500;
    });
    await waitFor('the window of the lookup to be over', async () => {
      const { steps, parked } = await handle.query<StatusReport>('status');
      return steps.matchCompany === 'FAILED' && parked.length === 0;
    });
    await handle.signal('reprocess', { from: 'archiveRecording' });
    release.resolve();
    await handle.result();
    assert.equal(namesOf(script).filter((name) => name === 'archiveRecording').length, 2);
  });

  it('redoes the analysis when it is started by signal-with-start', async () => {
    const { handle, script } = await test.startWithSignal({});
    await handle.result();
    const [open] = inputsOf<CallProcessingInput>(script, 'openCall');
    assert.equal(open?.redoFrom, 'analyzeTranscript');
    const analyses = inputsOf(script, 'analyzeTranscript');
    assert.deepEqual(analyses, [{ callSid: open.callSid, redo: true }]);
  });

  it('closes as Failed when it is not reprocessed within the window, and keeps the reason', async () => {
    const { handle, script } = await test.start((prepared) => {
      prepared.next.archiveRecording = [fail('RECORDING_NOT_FOUND')];
      prepared.windowMs = 500;
    });
    await assert.rejects(handle.result(), (error: Error) => {
      const cause = error.cause as { type?: string };
      return cause.type === 'REPROCESS_WINDOW_EXPIRED';
    });
    assert.deepEqual(await attributesOf(handle), {
      CallStatus: 'FAILED',
      FailedStep: 'archiveRecording',
      FailureCode: 'RECORDING_NOT_FOUND',
    });
    const records = inputsOf<RecordFailureInput>(script, 'recordFailure');
    assert.deepEqual(
      records.map(({ expired }) => expired),
      [false, true],
    );
  });

  it('redoes what a signal asks for while its expired run closes, by a new run', async () => {
    const release = Promise.withResolvers<void>();
    const { handle, script } = await test.start((prepared) => {
      prepared.next.archiveRecording = [fail('RECORDING_NOT_FOUND')];
      prepared.next.recordFailure = [() => undefined, () => release.promise];
      prepared.windowMs = 500;
    });
    await waitFor('the expiry to be recorded', async () =>
      inputsOf<RecordFailureInput>(script, 'recordFailure').some(({ expired }) => expired),
    );
    await handle.signal('reprocess');
    await handle.query('status');
    assert.equal((await attributesOf(handle))['CallStatus'], 'FAILED');
    release.resolve();
    const { status } = await handle.result();
    assert.equal(status, 'COMPLETED');
    assert.deepEqual(await attributesOf(handle), { CallStatus: 'COMPLETED' });
  });

  it('redoes what signals ask for while its cancelled run closes, by a new run with their reason', async () => {
    const release = Promise.withResolvers<void>();
    const { handle, script } = await test.start(({ next }) => {
      next.analyzeTranscript = [fail('MODEL_BAD_REQUEST')];
      next.recordFailure = [() => undefined, () => release.promise];
    });
    await untilParked(handle, 'analyzeTranscript');
    await handle.cancel();
    await waitFor('the cancellation to be recorded', async () =>
      inputsOf<RecordFailureInput>(script, 'recordFailure').some(
        ({ code }) => code === 'CANCELLED',
      ),
    );
    await handle.signal('reprocess', { from: 'matchCompany' });
    await handle.signal('reprocess', { from: 'transcribeRecording', reason: 'by mistake' });
    release.resolve();
    const { status } = await handle.result();
    assert.equal(status, 'COMPLETED');
    assert.deepEqual(redoneOf(script, 'matchCompany'), [false, true]);
    assert.deepEqual(redoneOf(script, 'transcribeRecording'), [false, true]);
    const opened = inputsOf<{ reason: string | null }>(script, 'openCall');
    assert.deepEqual(
      opened.map(({ reason }) => reason),
      [null, 'by mistake'],
    );
  });

  it('redoes what a signal asks for after the cancel and before the running step has ended', async () => {
    const { handle, script, release } = await startUntilAnalysis();
    await handle.cancel();
    await handle.query('status');
    await handle.signal('reprocess', { from: 'archiveRecording' });
    release();
    await handle.result();
    assert.deepEqual(redoneOf(script, 'archiveRecording'), [false, true]);
  });

  it('opens the call again with the reason of the request that it is retried for, not with its first', async () => {
    const { handle, script } = await test.start(
      ({ next }) => {
        next.openCall = [fail('DATABASE_CREDENTIALS_REFUSED')];
      },
      { redoFrom: 'analyzeTranscript', reason: 'first' },
    );
    await untilParked(handle, 'openCall');
    await handle.signal('reprocess', { reason: 'second' });
    await handle.result();
    const opened = inputsOf<{ reason: string | null }>(script, 'openCall');
    assert.deepEqual(
      opened.map(({ reason }) => reason),
      ['first', 'second'],
    );
  });

  const REASONS: readonly (readonly [string, unknown, RegExp | null])[] = [
    ['a NUL', { reason: 'a\u0000b' }, /^a b$/],
    ['half a character', { reason: 'a\uD800b' }, /^a b$/],
    ['a phone number', { reason: 'call 020 7946 0101' }, /^the reason is left out/],
    ['a phone number in Arabic digits', { reason: 'call ٠٢٠٧٩٤٦٠١٠١' }, /^the reason is left out/],
    ['a step that does not exist', { from: 'nowhere' }, /^the step that was named is not known/],
    [
      'a reason and a step that does not exist',
      { from: 'openCall', reason: 'why' },
      /^why; the step that was named is not known/,
    ],
    ['too long a reason', { reason: '𝛼'.repeat(300) }, /^𝛼{200}$/u],
    ['a blank reason', { reason: ' \u0000 ' }, null],
  ];
  for (const [what, payload, expected] of REASONS) {
    it(`passes on as the reason of a signal with ${what} what may be kept`, async () => {
      const { handle, script } = await test.start(({ next }) => {
        next.archiveRecording = [fail('RECORDING_NOT_FOUND')];
      });
      await untilParked(handle, 'archiveRecording');
      await handle.signal('reprocess', payload);
      await handle.result();
      const [record] = inputsOf<RecordReprocessInput>(script, 'recordReprocess');
      if (expected === null) assert.equal(record?.reason, null);
      else assert.match(record?.reason ?? '', expected);
    });
  }

  it('records CANCELLED at the first unfinished step, once the running step has ended', async () => {
    const release = Promise.withResolvers<void>();
    const { handle, script } = await test.start(({ next }) => {
      next.archiveRecording = [() => release.promise];
    });
    await waitFor('archiving to run', async () => namesOf(script).includes('archiveRecording'));
    await handle.cancel();
    await handle.query('status');
    assert.ok(!namesOf(script).includes('recordFailure'));
    release.resolve();
    await assert.rejects(handle.result(), /cancelled/i);
    assert.equal(namesOf(script).at(-1), 'recordFailure');
    const [record] = inputsOf<RecordFailureInput>(script, 'recordFailure');
    // Archiving succeeded although the run was cancelled, so the next step is the unfinished one.
    assert.deepEqual([record?.step, record?.code], ['transcribeRecording', 'CANCELLED']);
    assert.deepEqual(await attributesOf(handle), {
      CallStatus: 'FAILED',
      FailedStep: 'transcribeRecording',
      FailureCode: 'CANCELLED',
    });
  });

  it('can be cancelled while it is parked', async () => {
    const { handle } = await test.start(bothBranchesFail);
    await untilParked(handle, 'transcribeRecording', 'matchCompany');
    await handle.cancel();
    await assert.rejects(handle.result(), /cancelled/i);
    const attributes = await attributesOf(handle);
    assert.equal(attributes['FailureCode'], 'CANCELLED');
  });

  it('parks and resumes although neither can be recorded in the database', async () => {
    const { handle, script } = await test.start(({ next }) => {
      next.archiveRecording = [fail('RECORDING_NOT_FOUND')];
      next.recordFailure = [fail('DATABASE_CREDENTIALS_REFUSED')];
      next.recordReprocess = [fail('DATABASE_CREDENTIALS_REFUSED')];
    });
    await untilParked(handle, 'archiveRecording');
    await handle.signal('reprocess');
    const { status } = await handle.result();
    assert.equal(status, 'COMPLETED');
    assert.ok(namesOf(script).includes('recordReprocess'));
  });

  it('does nothing for a call that is already COMPLETED', async () => {
    const { handle, script } = await test.start((prepared) => {
      prepared.alreadyCompleted = true;
    });
    const { outcome } = await handle.result();
    assert.equal(outcome, null);
    assert.deepEqual(namesOf(script), ['openCall']);
    assert.deepEqual(await attributesOf(handle), { CallStatus: 'COMPLETED' });
  });

  it('fails as INVALID_INPUT when the argument is invalid or belongs to another workflow ID', async () => {
    for (const input of [
      { callSid: '9.9' },
      { recordgroup: '../up' },
      { recordid: 5 as unknown as string },
      { redoFrom: 'openCall' as never },
      { redoFrom: 'matchCompany' as const, alsoRedo: ['openCall' as never] },
    ]) {
      const { handle } = await test.start(undefined, input);
      await assert.rejects(handle.result(), (error: Error) => {
        return (error.cause as { type?: string }).type === 'INVALID_INPUT';
      });
    }
  });
});

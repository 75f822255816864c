import assert from 'node:assert/strict';

import { REDO_STEPS, type Step } from '../../../src/domain/names.ts';
import { waitFor } from '../../support/wait-for.ts';
import { assertInvariants } from '../harness/check.ts';
import { temporalCli } from '../../support/cli.ts';
import { untilCompleted, untilHit, untilParked, untilRow } from '../../support/conditions.ts';
import { cancel, reprocess, signalReprocess, startCall, startCalls } from '../../support/calls.ts';
import { defineSuite } from './suite.ts';

// Whatever operators send, and whenever, no call is lost, duplicated or paid for again; and the one
// harmful signal can be found and fixed.

const CALLS = 200;
const SIGNALS_PER_SECOND = 50;

// Two hundred calls take half a minute on two dedicated cores, and eight times as long beside all
// other tests on a slow machine.
const CROWD_WITHIN_MS = 300_000;

const MODEL_REFUSES = { system: 'languageModel', action: { status: 401 } };

/** Where a call is cancelled, the fault that holds it there, and the steps that may be unfinished then. */
const CANCELLED_AT: readonly (readonly [
  operation: string,
  fault: object,
  unfinished: readonly Step[],
])[] = [
  [
    'phoneSystem.recordings.get',
    { system: 'phoneSystem', action: { delayMs: 60_000 } },
    ['archiveRecording'],
  ],
  [
    'speech.BatchRecognize',
    { system: 'speech', action: { delayMs: 60_000 } },
    ['transcribeRecording'],
  ],
  [
    'connectwise.contacts.list',
    { system: 'connectwise', action: { delayMs: 5_000 } },
    // Without a heartbeat, the lookup cannot learn of the cancel: it finishes, and its result counts;
    // on a busy machine its time may be over before. The parallel transcription may have finished
    // before or not.
    ['transcribeRecording', 'matchCompany', 'analyzeTranscript'],
  ],
  [
    'languageModel.chat.completions',
    { system: 'languageModel', action: { delayMs: 60_000 } },
    ['analyzeTranscript'],
  ],
];

export const operatorsSuite = defineSuite('operators', { workers: 2 }, (given) => {
  const count = async (query: string) => (await given().client.workflow.count(query)).count;

  async function resumeACrowd(): Promise<void> {
    const cluster = given();
    const calls = await startCalls(cluster, CALLS, {
      faults: [{ system: 'connectwise', action: { status: 401 } }],
    });
    const parked = 'FailureCode="CONNECTWISE_CREDENTIALS_REFUSED" AND ExecutionStatus="Running"';
    const { prisma } = cluster.database;
    const callSids = calls.map(({ callSid }) => callSid);
    const completed = () =>
      prisma.call.count({ where: { callSid: { in: callSids }, callStatus: 'COMPLETED' } });
    // On a busy machine an attempt may be over before it is refused. The next one is not, and the
    // call is never parked.
    const areAllParked = async () => (await count(parked)) + (await completed()) === CALLS;
    await waitFor('all of them to be parked', areAllParked, CROWD_WITHIN_MS);
    const crowd = await count(parked);
    assert.ok(crowd > CALLS / 2, `only ${crowd} are parked`);

    const before = await cluster.sandbox.hitsByCall();
    const begun = performance.now();
    await temporalCli(
      cluster,
      `workflow signal --name reprocess --yes --rps ${SIGNALS_PER_SECOND} --reason renewed`,
      ['--query', parked],
    );
    const areAllSignalled = async () => (await count(parked)) === 0;
    await waitFor('the last signal', areAllSignalled, CROWD_WITHIN_MS);
    const seconds = (performance.now() - begun) / 1000;
    // The server lets the first second's worth through immediately.
    assert.ok(seconds >= crowd / SIGNALS_PER_SECOND - 1.5, `all were signalled in ${seconds} s`);

    for (const { callSid } of calls) {
      await untilCompleted(cluster, callSid, CROWD_WITHIN_MS);
    }
    const after = await cluster.sandbox.hitsByCall();
    for (const { callSid } of calls) {
      assert.equal(after[callSid]?.['speech.BatchRecognize'], 1);
      // Under load a fetch may time out and be retried; what was fetched is not fetched again.
      const fetches = 'phoneSystem.recordings.get';
      assert.equal(after[callSid]?.[fetches], before[callSid]?.[fetches]);
    }
    assert.equal(await prisma.company.count(), 1);
    const matched = { companyMatch: 'MATCHED', companyId: { not: null } } as const;
    assert.ok((await prisma.call.count({ where: matched })) >= CALLS);
  }

  async function sendHarmlessSignals(): Promise<void> {
    const cluster = given();
    const { callSid } = await startCall(cluster, { faults: [MODEL_REFUSES] });
    for (const operation of ['phoneSystem.recordings.get', 'speech.BatchRecognize']) {
      await untilHit(cluster, callSid, operation, { deadlineMs: CROWD_WITHIN_MS });
      for (const payload of [undefined, { from: 'analyzeTranscript' }, 'now!', [[]], { from: 7 }]) {
        assert.ok(await signalReprocess(cluster, callSid, payload));
      }
    }
    await untilParked(cluster, callSid, ['analyzeTranscript'], CROWD_WITHIN_MS);
    await Promise.all([signalReprocess(cluster, callSid), signalReprocess(cluster, callSid)]);
    await cluster.client.workflow.getHandle(callSid).result();
    assert.equal(await signalReprocess(cluster, callSid), false, 'the run is closed');
    const hits = await cluster.sandbox.hitsOf(callSid);
    assert.equal(hits['languageModel.chat.completions'], 2);
  }

  async function releaseBothBranches(): Promise<void> {
    const cluster = given();
    const { callSid } = await startCall(cluster, {
      faults: [
        { system: 'speech', operation: 'BatchRecognize', action: { status: 'INVALID_ARGUMENT' } },
        // Not a code of the crowd's, which counts its own by theirs and signals all that have it.
        { system: 'connectwise', action: { status: 400 } },
      ],
    });
    const both = ['transcribeRecording', 'matchCompany'] as const;
    await untilParked(cluster, callSid, both, CROWD_WITHIN_MS);
    const isFailed = ({ callStatus }: { callStatus: string }) => callStatus === 'FAILED';
    await untilRow(cluster, callSid, 'FAILED', isFailed);
    assert.ok(await signalReprocess(cluster, callSid));
    await untilCompleted(cluster, callSid, CROWD_WITHIN_MS);
  }

  /** Cancels a call at this request, and resumes it from a step. */
  async function cancelAndResume(
    [operation, fault, unfinished]: (typeof CANCELLED_AT)[number],
    from: (typeof REDO_STEPS)[number] | undefined,
  ): Promise<void> {
    const cluster = given();
    const { callSid } = await startCall(cluster, { faults: [fault] });
    await untilHit(cluster, callSid, operation, { deadlineMs: CROWD_WITHIN_MS });
    assert.ok(await cancel(cluster, callSid));
    const handle = cluster.client.workflow.getHandle(callSid);
    await assert.rejects(handle.result());
    const { status, raw } = await handle.describe();
    assert.deepEqual([status.name, raw.pendingActivities], ['CANCELLED', []]);
    const row = await cluster.database.prisma.call.findUniqueOrThrow({ where: { callSid } });
    assert.deepEqual([row.callStatus, row.failureCode], ['FAILED', 'CANCELLED']);
    assert.ok(
      unfinished.some((step) => step === row.failedStep),
      `${row.failedStep} while in ${operation}`,
    );
    assert.ok(from !== undefined);
    assert.equal((await reprocess(cluster, callSid, { from }))?.status, 202);
    await untilCompleted(cluster, callSid, CROWD_WITHIN_MS);
  }

  async function fixUndecodableSignal(): Promise<void> {
    const cluster = given();
    const { callSid } = await startCall(cluster, { faults: [MODEL_REFUSES] });
    await untilParked(cluster, callSid, ['analyzeTranscript'], CROWD_WITHIN_MS);
    await temporalCli(
      cluster,
      `workflow signal -w ${callSid} --name reprocess --input {} --input-meta encoding=unknown`,
    );
    const query = `TemporalReportedProblems IS NOT NULL AND WorkflowId="${callSid}"`;
    // Temporal reports a repeatedly failing task after about a minute.
    const isReported = async () => (await count(query)) === 1;
    await waitFor('Temporal to report it', isReported, CROWD_WITHIN_MS);
    await temporalCli(
      cluster,
      `workflow reset -w ${callSid} --type LastWorkflowTask --reapply-exclude Signal --reason undecodable`,
    );
    await untilParked(cluster, callSid, ['analyzeTranscript'], CROWD_WITHIN_MS);
    assert.ok(await signalReprocess(cluster, callSid));
    await untilCompleted(cluster, callSid, CROWD_WITHIN_MS);
    const hits = await cluster.sandbox.hitsOf(callSid);
    assert.equal(hits['speech.BatchRecognize'], 1);
    assert.equal(hits['languageModel.chat.completions'], 2);
  }

  return [
    {
      'rows 20 and 24: 200 calls of one new company, all refused, resume on one signal at a limited rate':
        resumeACrowd,
      'row 19: both parallel branches are parked, and one signal releases both':
        releaseBothBranches,
      'row 19: signals sent early, twice, with nonsense or after the end do no harm':
        sendHarmlessSignals,
      'row 19: a cancel during any step leaves the call FAILED as CANCELLED, and it can resume from any step':
        async () => {
          await Promise.all(
            CANCELLED_AT.map((place, index) => cancelAndResume(place, REDO_STEPS[index])),
          );
        },
      'a signal that cannot be decoded is found by a query, and fixed by a reset':
        fixUndecodableSignal,
    },
    {
      'after everything that operators have sent, all invariants hold': async () => {
        await assertInvariants(given());
      },
    },
  ];
});

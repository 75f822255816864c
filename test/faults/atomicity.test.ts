import assert from 'node:assert/strict';

import type { LogEvent } from '../../src/domain/log-events.ts';
import { STEPS, type Step } from '../../src/domain/names.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

// The result of a step and its log rows are written together or not at all: when the last write of a
// step fails, none of the writes before it remain.

const LAST_WRITE: Readonly<Record<Step, LogEvent>> = {
  openCall: 'JOB_STARTED',
  archiveRecording: 'UPLOAD_SUCCESS',
  transcribeRecording: 'TRANSCRIPTION_SUCCESS',
  matchCompany: 'COMPANY_IDENTIFIED',
  analyzeTranscript: 'JOB_COMPLETED',
};

describe('what a step writes', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  for (const step of STEPS) {
    it(`is stored completely or not at all: ${step}`, async () => {
      const call = await rig.newCall();
      await call.upTo(step);
      const before = await call.rowsIfAny();
      await whileRefused(LAST_WRITE[step], () =>
        assert.rejects(Promise.resolve(call.attempt(step, 1)), { type: 'INTERNAL_ERROR' }),
      );
      assert.deepEqual(withoutPreparation(await call.rowsIfAny()), withoutPreparation(before));

      await call.attempt(step, 2);
      const { logs } = await call.rows();
      assert.equal(logs.filter(({ event }) => event === LAST_WRITE[step]).length, 1);
    });
  }

  /** Has the database refuse a row of the log meanwhile, whatever statement it is part of. */
  async function whileRefused(event: LogEvent, work: () => Promise<void>): Promise<void> {
    const { prisma } = rig.deps.database;
    const check = `ALTER TABLE "processingLog" ADD CONSTRAINT refused CHECK (event <> '${event}') NOT VALID`;
    await prisma.$executeRawUnsafe(check);
    try {
      await work();
    } finally {
      await prisma.$executeRawUnsafe('ALTER TABLE "processingLog" DROP CONSTRAINT refused');
    }
  }
});

type Rows = Awaited<ReturnType<Awaited<ReturnType<StepRig['newCall']>>['rows']>>;

/**
 * What a failed attempt leaves behind on purpose: the submission that the next attempt takes over, and
 * that the call waits for that attempt.
 */
const PREPARATION: ReadonlySet<string> = new Set([
  'updatedAt',
  'speechSubmissionId',
  'speechSubmissionRunId',
  'speechSubmissionSha256',
  'speechSubmissionProvider',
  'speechRecognition',
  'speechOperation',
  'waitingStep',
  'waitingAttempt',
  'waitingCode',
  'waitingMessage',
  'waitingSince',
  'waitingNextAt',
] satisfies (keyof Rows['call'])[]);

/** The rows without those columns, and without the log rows of failed attempts. */
function withoutPreparation(rows: Rows | null) {
  if (rows === null) return null;
  const found = Object.entries(rows.call).filter(([name]) => !PREPARATION.has(name));
  return { call: found, logs: rows.logs.filter(({ attempt }) => attempt === 0) };
}

import { describeArchived } from '../archiving/describe-archived.ts';
import { copyRecording, type CopyRecordingDeps } from '../archiving/copy-recording.ts';
import { toRecordingColumns } from '../archiving/recording-columns.ts';
import { removePrevious } from '../archiving/remove-previous.ts';
import { keepEnvelope } from '../hearing/keep-envelope.ts';
import { findCall } from '../step/call-row.ts';
import { defineStep, type StepDeps, type StepInput } from '../step/define-step.ts';
import { keepAlive } from '../step/keep-alive.ts';

export type ArchiveRecordingDeps = StepDeps & CopyRecordingDeps;

const ARCHIVED = { result: 'recordingUrl', madeBy: 'archiveRunId' } as const;

export type ArchiveRecordingResult = { readonly recordingUrl: string };

/**
 * Copies the recording from the phone system into Cloud Storage and keeps on the call what both say
 * about it. Running twice stores the same object once. An object that is replaced is deleted once the
 * row names the new one.
 */
export function createArchiveRecording(deps: ArchiveRecordingDeps) {
  const { calls } = deps;
  return defineStep(deps, {
    step: 'archiveRecording',
    failedEvent: (code) => (code.startsWith('STORAGE_') ? 'UPLOAD_FAILED' : 'FETCH_FAILED'),

    async run({ callSid, redo }: StepInput, attempt): Promise<ArchiveRecordingResult> {
      const call = await findCall(calls, callSid);
      const mayReuse = !redo || call.archiveRunId === call.runId;
      if (call.recordingUrl !== null && mayReuse) return { recordingUrl: call.recordingUrl };

      const recording = await keepAlive(() => copyRecording(deps, call, attempt));
      const { object, hearing, sha256 } = recording;
      const kept = await keepAlive(() =>
        keepEnvelope(
          deps.recordingStore,
          { recordingUri: object.uri, sha256, hearing },
          attempt.signal,
        ),
      );

      // Only this step writes the numbers that the columns depend on: if they are others by now, so is the run.
      const stored = {
        columns: toRecordingColumns(call, recording, kept.columns),
        notes: describeArchived(recording, kept),
      };
      const faster = await attempt.storeResult(call, ARCHIVED, stored);
      const recordingUrl = faster?.recordingUrl ?? object.uri;
      if (recordingUrl !== call.recordingUrl) {
        await keepAlive(() => removePrevious(deps, call, attempt));
      }
      return { recordingUrl };
    },
  });
}

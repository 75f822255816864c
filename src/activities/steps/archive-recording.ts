import { copyRecording, type CopyRecordingDeps } from '../archiving/copy-recording.ts';
import { toRecordingColumns } from '../archiving/recording-columns.ts';
import { removePrevious } from '../archiving/remove-previous.ts';
import { keepEnvelope } from '../hearing/keep-envelope.ts';
import { findCall } from '../step/call-row.ts';
import { defineStep, type StepDeps, type StepInput } from '../step/define-step.ts';
import { keepAlive } from '../step/keep-alive.ts';

export type ArchiveRecordingDeps = StepDeps & CopyRecordingDeps;

export type ArchiveRecordingResult = { readonly recordingUrl: string };

/**
 * Copies the recording from the phone system into Cloud Storage and keeps on the call what both say
 * about it. Running twice stores the same object once. An object that is replaced is deleted once the
 * row names the new one.
 */
export function createArchiveRecording(deps: ArchiveRecordingDeps) {
  const { database, calls } = deps;
  return defineStep(deps, {
    step: 'archiveRecording',
    failedEvent: (code) => (code.startsWith('STORAGE_') ? 'UPLOAD_FAILED' : 'FETCH_FAILED'),

    async run({ callSid, redo }: StepInput, attempt): Promise<ArchiveRecordingResult> {
      const call = await findCall(calls, callSid);
      const mayReuse = !redo || call.archiveRunId === call.runId;
      if (call.recordingUrl !== null && mayReuse) return { recordingUrl: call.recordingUrl };

      const recording = await keepAlive(() => copyRecording(deps, call, attempt));
      const { object, facts, hearing, sizeBytes, sha256, integrity } = recording;
      const kept = await keepAlive(() =>
        keepEnvelope(
          deps.recordingStore,
          { recordingUri: object.uri, sha256, hearing },
          attempt.signal,
        ),
      );

      const recordingUrl = await database.transaction(async (tx) => {
        const current = await attempt.lockCall(call, tx);
        // A faster attempt of this step has stored the recording: what that attempt wrote counts.
        if (current.recordingUrl !== null && current.archiveRunId === call.runId) {
          return current.recordingUrl;
        }
        await calls.update(call.id, toRecordingColumns(current, recording, kept.columns), tx);

        const note = attempt.notesOn({ callId: call.id }, tx);
        const size = `${sizeBytes} bytes of ${facts.codec}`;
        const doubt =
          integrity === null ? '' : ', though not with the size and the sha1 that it states';
        await note('FETCH_SUCCESS', `Recording fetched from the phone system: ${size}${doubt}.`);
        await note(
          'UPLOAD_SUCCESS',
          object.created
            ? `Recording archived at ${object.uri}.`
            : `The same recording was already stored at ${object.uri}.`,
        );
        if (kept.problem !== null) {
          await note('RECORDING_NOT_HEARD', kept.problem.message, kept.problem.code ?? undefined);
        }
        return object.uri;
      });
      if (recordingUrl !== call.recordingUrl) {
        await keepAlive(() => removePrevious(deps, call, attempt));
      }
      return { recordingUrl };
    },
  });
}

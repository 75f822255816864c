import { randomUUID } from 'node:crypto';

import type { Call } from '../generated/prisma/client.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { CallRepository } from '../repositories/call-repository.ts';
import { superseded } from './find-call.ts';

/** A call whose recording lies in the store. */
export type ArchivedCall = Call & { readonly recordingUrl: string; readonly sha256: string };

/** A request to Speech-to-Text that is paid for once, however often it is looked after. */
export type Submission = { readonly id: string; readonly operation: string | null };

/**
 * The submission to look after: the row's, if it is for this audio and need not be redone; else
 * one with a new id, written to the row before anything is submitted under it.
 */
export async function reserveSubmission(
  calls: CallRepository,
  call: ArchivedCall,
  redo: boolean,
): Promise<Submission> {
  const { speechSubmissionId: known, speechSubmissionSha256, speechSubmissionRunId } = call;
  const mayReuse = !redo || speechSubmissionRunId === call.runId;
  if (known !== null && speechSubmissionSha256 === call.sha256 && mayReuse) {
    return { id: known, operation: call.speechOperation };
  }
  const id = randomUUID();
  const saved = await calls.saveFindings(call.id, call.runId, {
    speechSubmissionId: id,
    speechSubmissionSha256: call.sha256,
    speechSubmissionRunId: call.runId,
    speechOperation: null,
  });
  if (!saved) throw superseded('transcribeRecording');
  return { id, operation: null };
}

/** The call, for which archiving has been done. */
export function requireArchived(call: Call): ArchivedCall {
  const { recordingUrl, sha256 } = call;
  if (recordingUrl === null || sha256 === null) {
    throw new ServiceError(
      'STORAGE_OBJECT_MISSING',
      'The call has no archived recording: the row lost it while the run went on.',
    );
  }
  return { ...call, recordingUrl, sha256 };
}

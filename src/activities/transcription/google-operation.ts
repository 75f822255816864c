import type { TranscriptRepository } from '../../repositories/transcript-repository.ts';
import type { SubmissionDeps } from './submission.ts';
import type { TranscriptionJob } from './transcriber.ts';

export type GoogleOperationDeps = SubmissionDeps & { readonly transcripts: TranscriptRepository };

/** Writes the operation to the row and returns it, or the one that another attempt has written. */
export function keepOperation(
  { database, calls, transcripts }: GoogleOperationDeps,
  { call, submission, attempt }: TranscriptionJob,
  operation: string,
): Promise<string> {
  return database.transaction(async (tx) => {
    const current = await attempt.lockCall(call, tx);
    if (current.speechOperation !== null) return current.speechOperation;
    // A faster attempt has stored the transcript meanwhile, so the row needs no operation any more.
    const stored = await transcripts.findByCall(call.id, tx);
    if (stored?.submissionId === submission.id) return operation;
    await calls.update(call.id, { speechOperation: operation }, tx);
    return operation;
  });
}

/** Takes an operation that has ended off the row, unless another one has already replaced it. */
export async function dropOperation(
  { database, calls }: SubmissionDeps,
  { call, attempt }: TranscriptionJob,
  operation: string,
): Promise<void> {
  await database.transaction(async (tx) => {
    const current = await attempt.lockCall(call, tx);
    if (current.speechOperation !== operation) return;
    await calls.update(call.id, { speechOperation: null }, tx);
  });
}

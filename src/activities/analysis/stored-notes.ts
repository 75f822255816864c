import type { Call } from '../../generated/prisma/client.ts';
import type { NotesStore } from '../../clients/language-model/client.ts';
import type { AnalysisChunkRepository } from '../../repositories/analysis-chunk-repository.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import { lockCall } from '../step/call-row.ts';

export type StoredNotesDeps = {
  readonly database: Database;
  readonly calls: CallRepository;
  readonly chunks: AnalysisChunkRepository;
};

/**
 * Keeps the notes of a long call's parts in the database, each as soon as it is paid for, so that
 * another attempt, on another worker too, goes on where this one ended. A step that is redone reuses
 * what its own run has stored, and nothing of earlier ones. A run that lost the call stores nothing.
 */
export function createStoredNotes(
  { database, calls, chunks }: StoredNotesDeps,
  call: Call,
  submissionId: string,
  redo: boolean,
): NotesStore {
  const { id: callId, runId } = call;
  return {
    find: (key) => chunks.find({ ...key, callId, submissionId }, redo ? runId : null),
    save: (key, notes) =>
      database.transaction(async (tx) => {
        await lockCall(calls, call, 'analyzeTranscript', tx);
        return chunks.findOrCreate({ ...key, ...notes, callId, submissionId, runId }, tx);
      }),
  };
}

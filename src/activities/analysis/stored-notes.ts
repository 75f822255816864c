import type { Call } from '../../generated/prisma/client.ts';
import type { NotesStore } from '../../clients/language-model/client.ts';
import type { AnalysisChunkRepository } from '../../repositories/analysis-chunk-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { Attempt } from '../step/attempt.ts';
import type { Spending } from './spending.ts';

export type StoredNotesDeps = {
  readonly database: Database;
  readonly chunks: AnalysisChunkRepository;
};

type NotesOwner = {
  readonly call: Call;
  readonly submissionId: string;
  readonly redo: boolean;
  readonly attempt: Attempt;
  readonly spending: Pick<Spending, 'spend' | 'keep'>;
};

/**
 * Keeps the notes on a long call's parts in the database, each as soon as it has been paid for, so
 * that another attempt, even on another worker, continues where this one ended. A step that is
 * redone reuses only the notes of its own run. A run that has lost the call stores nothing.
 */
export function createStoredNotes(
  { database, chunks }: StoredNotesDeps,
  { call, submissionId, redo, attempt, spending }: NotesOwner,
): NotesStore {
  const { id: callId, runId } = call;
  return {
    find: (key) => chunks.find({ ...key, callId, submissionId }, redo ? runId : null),
    async save(key, notes) {
      const stored = await database.transaction(async (tx) => {
        await attempt.lockCall(call, tx);
        return chunks.findOrCreate({ ...key, ...notes, callId, submissionId, runId }, tx);
      });
      spending.keep(notes);
      return stored;
    },
    spend: spending.spend,
  };
}

import type { Call } from '../../generated/prisma/client.ts';
import type { RecordingStore } from '../../clients/recording-store/client.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { Database } from '../../repositories/database.ts';
import type { Attempt } from '../step/attempt.ts';

export type RemovePreviousDeps = {
  readonly database: Database;
  readonly recordingStore: Pick<RecordingStore, 'deleteObject'>;
};

/**
 * Deletes the recording that the row named before, and its envelope. The row already names the new one, so whatever keeps
 * the old one (a retention policy, a hold, missing rights, an outage) is noted and fails nothing.
 * Throws the reason of the attempt's signal, and what the database throws.
 */
export async function removePrevious(
  { database, recordingStore }: RemovePreviousDeps,
  previous: Pick<
    Call,
    'id' | 'recordingUrl' | 'recordingGeneration' | 'envelopeUri' | 'envelopeGeneration'
  >,
  attempt: Attempt,
): Promise<void> {
  const { id: callId, recordingUrl, recordingGeneration } = previous;
  if (recordingUrl === null || recordingGeneration === null) return;
  const { envelopeUri, envelopeGeneration } = previous;
  try {
    await recordingStore.deleteObject(recordingUrl, recordingGeneration, attempt.signal);
    if (envelopeUri !== null && envelopeGeneration !== null)
      await recordingStore.deleteObject(envelopeUri, envelopeGeneration, attempt.signal);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const message = `The earlier recording remains at ${recordingUrl}. ${error.message}`;
    const note = { event: 'OLD_RECORDING_KEPT', message, code: error.code } as const;
    await database.transaction((tx) => attempt.note({ callId }, [note], tx));
  }
}

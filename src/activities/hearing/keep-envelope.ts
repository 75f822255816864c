import { Prisma } from '../../generated/prisma/client.ts';
import type { Hearing } from '../../audio/ear/ear.ts';
import type { RecordingStore } from '../../clients/recording-store/client.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallColumns } from '../../repositories/call-writes.ts';

/** The columns of a call that say what was heard in its recording. */
export type HeardColumns = Pick<
  CallColumns,
  'envelopeUri' | 'envelopeGeneration' | 'heardSha256' | 'heardSeconds' | 'heard'
>;

export type KeptHearing = {
  readonly columns: HeardColumns;
  /** Why nothing was heard, or why what was heard could not be kept; `null` when it is kept. */
  readonly problem: { readonly message: string; readonly code: ServiceError['code'] | null } | null;
};

/** Reasons for which another try may go otherwise: nothing is noted on the call. */
const PASSING = ['BUSY', 'TOO_SLOW', 'THREAD'];

/**
 * Stores the envelope of a recording beside it, before any row names it. Nothing fails because of the
 * ear: what the store refuses is told, and the recording counts as not heard yet. Throws only the
 * reason of the signal.
 */
export async function keepEnvelope(
  recordingStore: Pick<RecordingStore, 'saveEnvelope'>,
  { recordingUri, sha256, hearing }: { recordingUri: string; sha256: string; hearing: Hearing },
  signal: AbortSignal,
): Promise<KeptHearing> {
  if ('notHeard' in hearing) {
    const { notHeard } = hearing;
    const isPassing = PASSING.includes(notHeard);
    const columns = isPassing
      ? NOT_HEARD
      : { ...NOT_HEARD, heardSha256: sha256, heard: { notHeard } };
    const message = `The recording could not be listened to (${notHeard}).`;
    return { columns, problem: { message, code: null } };
  }
  const { envelope, seconds, ...heard } = hearing;
  try {
    const object = await recordingStore.saveEnvelope(recordingUri, envelope, signal);
    const columns = {
      envelopeUri: object.uri,
      envelopeGeneration: object.generation,
      heardSha256: sha256,
      heardSeconds: seconds,
      heard: {
        ...heard,
        channels: [...heard.channels],
        talk: heard.talk && { ...heard.talk, channelSeconds: [...heard.talk.channelSeconds] },
      },
    };
    return { columns, problem: null };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const message = `How loud the recording is could not be stored. ${error.message}`;
    return { columns: NOT_HEARD, problem: { message, code: error.code } };
  }
}

const NOT_HEARD: HeardColumns = {
  envelopeUri: null,
  envelopeGeneration: null,
  heardSha256: null,
  heardSeconds: null,
  heard: Prisma.DbNull,
};

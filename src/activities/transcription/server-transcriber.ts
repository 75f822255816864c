import { createRecordingSound } from '../../audio/ear/recording-sound.ts';
import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type {
  AudioFile,
  PartReply,
  TranscriptionServer,
} from '../../clients/transcription-server/client.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { ArchivedCall } from '../step/archived-call.ts';
import { channelsOf, toRecordingParts } from './recording-parts.ts';
import { announceRecognition, type SubmissionDeps } from './submission.ts';
import type { Transcriber, Transcription, TranscriptionJob } from './transcriber.ts';

export type ServerTranscriberDeps = SubmissionDeps & {
  readonly recordingStore: RecordingStore;
  readonly server: TranscriptionServer;
};

/**
 * Transcribes by a server that answers in the request itself. Such servers mix channels down, which
 * would lose who speaks, so each channel is sent separately where the format allows it.
 *
 * The server knows no ids of ours, so its reply is stored in the bucket under the submission's prefix
 * before anything else is done with it, and looked for there before anything is sent. A database
 * outage therefore costs nothing twice; only a request during which the worker dies or shuts down is
 * made again.
 */
export function createServerTranscriber(deps: ServerTranscriberDeps): Transcriber {
  const { recordingStore, server } = deps;
  return { provider: 'openai-compatible', transcribe };

  async function transcribe(job: TranscriptionJob): Promise<Transcription> {
    const { call, attempt } = job;
    const parts = await toRecordingParts(recordingStore, job, attempt.signal);
    const recognition = server.plan(channelsOf(call, parts));
    const replies: PartReply[] = [];
    const sound = job.sound === null ? null : createRecordingSound(job.sound.envelope);
    for (const { channel, file } of parts) {
      // A recogniser invents words in silence, or fails at it.
      const isSilent =
        sound?.isSilent(channel ?? 1) === true && (channel !== null || sound.channels === 1);
      if (isSilent) continue;
      const name = replyNameOf(job, channel);
      let json = await findReply(name, attempt.signal);
      if (json === null) {
        await announceRecognition(deps, job, recognition);
        json = await request(name, file, attempt.signal);
      }
      replies.push({ channel, reply: await server.parseReply(json) });
    }
    if (replies.length === 0) await announceRecognition(deps, job, recognition);
    return toTranscription(server, call, replies, parts.length);
  }

  /** The reply that an earlier attempt did not get to use; `null` if there is none. */
  async function findReply(name: string, signal: AbortSignal): Promise<string | null> {
    const uri = recordingStore.uriOf(name);
    try {
      return await recordingStore.readText(uri, server.replyMaxBytes, signal);
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'STORAGE_OBJECT_MISSING') return null;
      throw error;
    }
  }

  /** Has a file transcribed and stores the reply, unless a faster attempt's is there: that one counts. */
  async function request(name: string, file: AudioFile, signal: AbortSignal): Promise<string> {
    const json = await server.transcribe(file, signal);
    const isStored = await recordingStore.saveText(name, json, signal);
    return isStored ? json : ((await findReply(name, signal)) ?? json);
  }
}

function replyNameOf({ call, submission }: TranscriptionJob, channel: number | null): string {
  const part = channel === null ? 'whole' : `channel-${channel}`;
  return `transcripts/${call.callSid}/${submission.id}/${part}.json`;
}

function toTranscription(
  server: TranscriptionServer,
  call: ArchivedCall,
  parts: readonly PartReply[],
  count: number,
): Transcription {
  const recordingSeconds = call.recordingSeconds === null ? null : Number(call.recordingSeconds);
  const segments = server.toSegments(parts, recordingSeconds);
  // A self-hosted server bills nothing; others bill each file by its length.
  const seconds = recordingSeconds ?? parts[0]?.reply.durationSeconds ?? null;
  return {
    text: segments.map(({ text }) => text).join('\n'),
    segments,
    languageCode: parts.find(({ reply }) => reply.language !== null)?.reply.language ?? null,
    // What was not sent costs nothing, however long it is.
    billedSeconds: parts.length === 0 ? 0 : seconds === null ? null : seconds * parts.length,
    remarks: remarksOn(call, parts, count),
  };
}

function remarksOn(call: ArchivedCall, parts: readonly PartReply[], count: number): string[] {
  const remarks: string[] = [];
  const channels = call.audioChannels ?? 1;
  if (parts.length < count) {
    remarks.push(`${count - parts.length} of ${count} channels were not sent: they are silent.`);
  }
  if (channels > 1 && count === 1) {
    remarks.push(
      `Its ${channels} channels were heard as one, because ${call.audioCodec || 'this format'} cannot be split here: who speaks is not known.`,
    );
  }
  if (parts.some(({ reply }) => reply.segments === null)) {
    remarks.push('The server gives no times.');
  }
  return remarks;
}

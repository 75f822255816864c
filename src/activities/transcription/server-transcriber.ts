import type { Ear } from '../../audio/ear/ear.ts';
import { createCuts } from '../../audio/ear/parts.ts';
import { createRecordingSound, type RecordingSound } from '../../audio/ear/recording-sound.ts';
import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type {
  AudioFile,
  PartReply,
  TranscriptionServer,
} from '../../clients/transcription-server/client.ts';
import type { ArchivedCall } from '../step/archived-call.ts';
import { createTurns } from './attempt-turns.ts';
import { hearChannel } from './hear-channel.ts';
import { type PartLimits, tighter } from './part-limits.ts';
import { channelsOf, openRecording, type OpenedRecording } from './recording-parts.ts';
import { createStoredReplies, type Sent } from './stored-replies.ts';
import { announceRecognition, type SubmissionDeps } from './submission.ts';
import type { Transcriber, Transcription, TranscriptionJob } from './transcriber.ts';

export type ServerTranscriberDeps = SubmissionDeps & {
  readonly recordingStore: RecordingStore;
  readonly ear: Ear;
  readonly server: TranscriptionServer;
};

/**
 * Transcribes by a server that answers in the request itself. Such servers mix channels down, which
 * would lose who speaks, so each channel is sent separately where the format allows it; and many take
 * only so much at once, so a long channel is sent in parts.
 *
 * The server knows no ids of ours, so its reply is stored in the bucket under the submission's prefix
 * before anything else is done with it, and looked for there before anything is sent. A database
 * outage therefore costs nothing twice; only a request during which the worker dies or shuts down is
 * made again.
 */
export function createServerTranscriber(deps: ServerTranscriberDeps): Transcriber {
  const { recordingStore, server } = deps;
  // What the server takes, as it is configured, and as the server itself has stated since.
  let limits: PartLimits = server.fileLimits;
  return {
    provider: 'openai-compatible',
    // Only the recording itself shows which of its channels can be sent.
    planOf: () => null,
    async transcribe(job) {
      return transcribe(job, await openRecording(deps, job, job.attempt.signal));
    },
  };

  async function transcribe(
    job: TranscriptionJob,
    { channels, whole }: OpenedRecording,
  ): Promise<Transcription> {
    const { call, attempt } = job;
    const replies = createStoredReplies(recordingStore, server, job);
    const paid = await replies.paid();
    // Earlier versions mixed the channels of compressed recordings.
    const wanted = paid.hasAllOf(null) ? [whole] : channels;
    const recognition = server.plan(channelsOf(call, wanted));
    const sound = job.sound === null ? null : createRecordingSound(job.sound.envelope);
    const turns = createTurns(attempt);

    async function ask(sent: Sent, file: AudioFile): Promise<PartReply['reply']> {
      let json = await replies.find(sent);
      if (json === null) {
        await announceRecognition(deps, job, recognition);
        json = await turns.take(() => replies.request(sent, file));
      }
      return server.parseReply(json);
    }

    let ofThisCall = tighter(limits, limitsOfPaid(limits, paid.longestSeconds));
    const parts: PartReply[] = [];
    for (const sent of wanted) {
      const { channel } = sent;
      const heardAs = channel ?? (sound?.channels === 1 ? 1 : null);
      // A recogniser invents words in silence, or fails at it.
      if (sound !== null && heardAs !== null && sound.isSilent(heardAs)) continue;
      const heard = await hearChannel({
        sent,
        seconds: secondsOf(call),
        paid,
        limits: ofThisCall,
        cutsOf: ({ seconds }) => createCuts(job.sound?.envelope ?? null, heardAs, seconds),
        isSilentIn: (span) => sound?.isSilentIn(heardAs, span) === true,
        ask: (span, file) => ask({ channel, span }, file),
        onRefused: (found, stated) => {
          ofThisCall = found;
          if (stated !== null) limits = tighter(limits, stated);
        },
      }).finally(() => sent.close());
      for (const { span, reply } of heard)
        parts.push({ channel, reply, ...(span === null ? {} : { span }) });
    }
    if (parts.length === 0) await announceRecognition(deps, job, recognition);
    return toTranscription(server, { call, parts, count: wanted.length, sound });
  }
}

/** So long a part the server took before: where nothing else is known, the rest need not be refused again. */
function limitsOfPaid({ maxBytes, maxSeconds }: PartLimits, longest: number | null): PartLimits {
  const isKnown = maxBytes !== null || maxSeconds !== null;
  return { maxBytes: null, maxSeconds: isKnown ? null : longest };
}

type Heard = {
  readonly call: ArchivedCall;
  readonly parts: readonly PartReply[];
  /** How many channels there were to send. */
  readonly count: number;
  readonly sound: RecordingSound | null;
};

function toTranscription(server: TranscriptionServer, heard: Heard): Transcription {
  const { call, parts, sound } = heard;
  const segments = server.toSegments(
    parts,
    secondsOf(call),
    (channel, span) => sound?.kindIn(channel, span) ?? '',
  );
  return {
    text: segments.map(({ text }) => text).join('\n'),
    segments,
    languageCode: parts.find(({ reply }) => reply.language !== null)?.reply.language ?? null,
    billedSeconds: billedSecondsOf(heard),
    remarks: remarksOn(heard),
  };
}

/** A self-hosted server bills nothing; others bill each file by its length, and nothing that was not sent. */
function billedSecondsOf({ call, parts }: Heard): number | null {
  const whole = secondsOf(call) ?? parts[0]?.reply.durationSeconds ?? null;
  const lengths = parts.map(({ span }) => (span ? span.endSeconds - span.startSeconds : whole));
  return lengths.reduce(
    (sum, length) => (sum === null || length === null ? null : sum + length),
    0,
  );
}

function remarksOn({ call, parts, count }: Heard): string[] {
  const remarks: string[] = [];
  const channels = call.audioChannels ?? 1;
  const sent = new Set(parts.map(({ channel }) => channel)).size;
  if (sent < count) {
    remarks.push(`${count - sent} of ${count} channels were not sent: they are silent.`);
  }
  if (channels > 1 && count === 1) {
    remarks.push(
      `Its ${channels} channels were heard as one, because ${call.audioCodec || 'this format'} cannot be split here: who speaks is not known.`,
    );
  }
  if (parts.some(({ span }) => span !== undefined)) {
    remarks.push(`It was sent in ${parts.length} parts: the server takes only so much at once.`);
  }
  if (parts.some(({ reply }) => reply.segments === null)) {
    remarks.push('The server gives no times.');
  }
  return remarks;
}

function secondsOf({ recordingSeconds }: ArchivedCall): number | null {
  return recordingSeconds === null ? null : Number(recordingSeconds);
}

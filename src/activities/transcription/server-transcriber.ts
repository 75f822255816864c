import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type {
  AudioFile,
  PartReply,
  TranscriptionServer,
} from '../../clients/transcription-server/client.ts';
import { channelOf } from '../../audio/split-channels.ts';
import { readWavLayout, WAV_HEAD_BYTES } from '../../audio/wav-layout.ts';
import type { Recognition } from '../../domain/recognition.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import { announceRecognition, type ArchivedCall, type Submission } from './submission.ts';
import type { Transcriber, Transcription } from './transcriber.ts';

type Deps = {
  readonly database: Database;
  readonly calls: CallRepository;
  readonly recordingStore: RecordingStore;
  readonly server: TranscriptionServer;
};

/** What is sent in one request. */
type Part = {
  /** 1-based; `null`: all channels as they are. */
  readonly channel: number | null;
  readonly file: AudioFile;
};

/**
 * Transcribes by a server that answers in the request itself. Such servers mix channels down, and
 * who speaks would be lost: where the format allows it, each channel is sent for itself.
 *
 * The server knows no ids of ours, so its reply is kept in the bucket under the submission's prefix
 * before anything else is done with it, and looked for there before anything is sent. A database
 * that is away costs nothing twice; only a request in whose middle the worker dies, or is shut down,
 * is made again.
 */
export function createServerTranscriber(deps: Deps): Transcriber {
  const { recordingStore, server } = deps;
  return { provider: 'openai-compatible', transcribe };

  async function transcribe(
    call: ArchivedCall,
    submission: Submission,
    signal: AbortSignal,
  ): Promise<Transcription> {
    const parts = await toParts(call, signal);
    const recognition = server.plan(channelsOf(call, parts));
    const replies: PartReply[] = [];
    for (const { channel, file } of parts) {
      const name = `transcripts/${call.callSid}/${submission.id}/${channel === null ? 'whole' : `channel-${channel}`}.json`;
      let json = await findReply(name, signal);
      if (json === null) {
        await announceRecognition(deps, call, submission, recognition);
        json = await ask(name, file, signal);
      }
      replies.push({ channel, reply: server.parseReply(json) });
    }
    return toTranscription(server, call, replies);
  }

  /** The reply that an earlier attempt did not live to use. */
  async function findReply(name: string, signal: AbortSignal): Promise<string | null> {
    try {
      return await recordingStore.readText(
        recordingStore.uriOf(name),
        server.replyMaxBytes,
        signal,
      );
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'STORAGE_OBJECT_MISSING') return null;
      throw error;
    }
  }

  /** Has a file transcribed and keeps the reply; that of a faster attempt of this step counts instead. */
  async function ask(name: string, file: AudioFile, signal: AbortSignal): Promise<string> {
    const json = await server.transcribe(file, signal);
    const isKept = await recordingStore.saveText(name, json, signal);
    return isKept ? json : ((await findReply(name, signal)) ?? json);
  }

  async function toParts(call: ArchivedCall, signal: AbortSignal): Promise<readonly Part[]> {
    const content = () => recordingStore.open(call.recordingUrl, call.recordingGeneration, signal);
    const extension = /\.([a-z0-9]+)$/.exec(call.recordingUrl)?.[1] ?? 'wav';
    // The server need not know which call it is.
    const file = {
      name: `recording.${extension}`,
      mimeType: call.mimeType ?? 'application/octet-stream',
    };
    const sizeBytes = Number(call.sizeBytes);
    const layout =
      (call.audioChannels ?? 1) > 1 && extension === 'wav'
        ? readWavLayout(await readHead(content()), sizeBytes)
        : null;
    if (layout === null) return [{ channel: null, file: { ...file, sizeBytes, content } }];

    return Array.from({ length: layout.channels }, (_, index) => {
      const channel = channelOf(layout, index + 1);
      return {
        channel: index + 1,
        file: { ...file, sizeBytes: channel.sizeBytes, content: () => channel.read(content()) },
      };
    });
  }
}

function channelsOf(call: ArchivedCall, parts: readonly Part[]): Recognition['channels'] {
  if (parts.length > 1) return 'separate';
  return (call.audioChannels ?? 1) > 1 ? 'mixed' : 'single';
}

async function readHead(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= WAV_HEAD_BYTES) break;
  }
  return Buffer.concat(chunks);
}

function toTranscription(
  server: TranscriptionServer,
  call: ArchivedCall,
  parts: readonly PartReply[],
): Transcription {
  const recordingSeconds = call.recordingSeconds === null ? null : Number(call.recordingSeconds);
  const segments = server.toSegments(parts, recordingSeconds);
  // Servers of one's own bill nothing; others bill each file by its length.
  const seconds = recordingSeconds ?? parts[0]?.reply.durationSeconds ?? 0;
  return {
    text: segments.map(({ text }) => text).join('\n'),
    segments,
    languageCode: parts.find(({ reply }) => reply.language !== null)?.reply.language ?? null,
    billedSeconds: seconds * parts.length,
    remarks: remarksOn(call, parts),
  };
}

function remarksOn(call: ArchivedCall, parts: readonly PartReply[]): string[] {
  const remarks: string[] = [];
  const channels = call.audioChannels ?? 1;
  if (channels > 1 && parts.length === 1) {
    remarks.push(
      `Its ${channels} channels were heard as one, because ${call.audioCodec || 'this format'} cannot be split here: who speaks is not told.`,
    );
  }
  if (parts.some(({ reply }) => reply.segments === null)) {
    remarks.push('The server tells no times.');
  }
  return remarks;
}

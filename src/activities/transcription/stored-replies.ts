import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type { AudioFile, TranscriptionServer } from '../../clients/transcription-server/client.ts';
import type { Span } from '../../audio/ear/recording-sound.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { TranscriptionJob } from './transcriber.ts';

/** What was sent: a channel (1-based; `null`: all of them as they are), and which part of it (`null`: all). */
export type Sent = { readonly channel: number | null; readonly span: Span | null };

/**
 * The replies of a server, which are stored before anything else is done with them and looked for before
 * anything is sent. The name of each says what was sent, so that a later attempt needs nothing else to go
 * on, however it would have cut the recording itself: `whole`, `channel-2`, and with the milliseconds from
 * the start of the recording `channel-2-600000-1187350`.
 */
export function createStoredReplies(
  recordingStore: RecordingStore,
  server: TranscriptionServer,
  { call, submission, attempt }: Pick<TranscriptionJob, 'call' | 'submission' | 'attempt'>,
) {
  const folder = `transcripts/${call.callSid}/${submission.id}/`;
  const { signal } = attempt;

  /** The reply that an earlier attempt did not get to use; `null` if there is none. */
  async function find(sent: Sent): Promise<string | null> {
    const uri = recordingStore.uriOf(folder + nameOf(sent));
    try {
      return await recordingStore.readText(uri, server.replyMaxBytes, signal);
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'STORAGE_OBJECT_MISSING') return null;
      throw error;
    }
  }

  return {
    find,

    /** What has been paid for. Nothing is asked of the store when no attempt has sent anything. */
    async paid(): Promise<PaidParts> {
      const uris =
        submission.state === 'ANNOUNCED' ? await recordingStore.listObjects(folder, signal) : [];
      return paidPartsOf(uris.map((uri) => uri.slice(uri.lastIndexOf('/') + 1)));
    },

    /** Has a file transcribed and stores the reply, unless a faster attempt's is there: that one counts. */
    async request(sent: Sent, file: AudioFile): Promise<string> {
      const json = await server.transcribe(file, signal);
      const isStored = await recordingStore.saveText(folder + nameOf(sent), json, signal);
      return isStored ? json : ((await find(sent)) ?? json);
    },
  };
}

/** What of a recording has been paid for. */
export type PaidParts = {
  hasAllOf(channel: number | null): boolean;
  /** The part of a channel that begins here; `null` when there is none. */
  partFrom(channel: number | null, startSeconds: number): Span | null;
  /** Where the next part behind this place begins; `null` when there is none. */
  startAfter(channel: number | null, startSeconds: number): number | null;
  /** The longest of all parts, in seconds; `null` when there are none: so long a part the server takes. */
  readonly longestSeconds: number | null;
};

const NAME = /^(?:whole|channel-(?<channel>\d+))(?:-(?<from>\d+)-(?<to>\d+))?\.json$/;

function nameOf({ channel, span }: Sent): string {
  const whole = channel === null ? 'whole' : `channel-${channel}`;
  const part =
    span === null ? '' : `-${toMilliseconds(span.startSeconds)}-${toMilliseconds(span.endSeconds)}`;
  return `${whole}${part}.json`;
}

function paidPartsOf(names: readonly string[]): PaidParts {
  const sent = names.flatMap(readName);
  const ofChannel = (channel: number | null) =>
    sent
      .filter((each) => each.channel === channel)
      .flatMap(({ span }) => (span === null ? [] : [span]))
      .toSorted((a, b) => a.startSeconds - b.startSeconds || b.endSeconds - a.endSeconds);
  const lengths = sent.flatMap(({ span }) =>
    span === null ? [] : [span.endSeconds - span.startSeconds],
  );
  return {
    hasAllOf: (channel) => sent.some((each) => each.channel === channel && each.span === null),
    partFrom: (channel, from) =>
      ofChannel(channel).find((part) => isSame(part.startSeconds, from)) ?? null,
    startAfter: (channel, from) =>
      ofChannel(channel).find(
        ({ startSeconds }) => startSeconds > from && !isSame(startSeconds, from),
      )?.startSeconds ?? null,
    longestSeconds: lengths.length === 0 ? null : Math.max(...lengths),
  };
}

function readName(name: string): Sent[] {
  const { groups } = NAME.exec(name) ?? {};
  if (groups === undefined) return [];
  const { channel, from, to } = groups;
  const span =
    from === undefined || to === undefined
      ? null
      : { startSeconds: Number(from) / 1000, endSeconds: Number(to) / 1000 };
  return [{ channel: channel === undefined ? null : Number(channel), span }];
}

function isSame(one: number, other: number): boolean {
  return toMilliseconds(one) === toMilliseconds(other);
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

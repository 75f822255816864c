import type { Span } from '../../audio/ear/recording-sound.ts';
import type { Cuts } from '../../audio/ear/parts.ts';
import type { AudioFile } from '../../clients/transcription-server/client.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { Cutting } from './cutting.ts';
import {
  type FileSize,
  fits,
  halfOf,
  isTooMuch,
  longestPart,
  type PartLimits,
  statedBy,
  tighter,
} from './part-limits.ts';
import type { SentChannel } from './recording-parts.ts';
import type { PaidParts } from './stored-replies.ts';

/** A reply, and to which part of the channel; `null`: to all of it. */
export type HeardReply<T> = { readonly span: Span | null; readonly reply: T };

export type ChannelHearing<T> = {
  readonly sent: SentChannel;
  /** The length of the recording, as far as it is known. */
  readonly seconds: number | null;
  readonly paid: PaidParts;
  readonly limits: PartLimits;
  /** Where it can be cut, and whether nothing sounds in a part of it. */
  cutsOf(cutting: Cutting): Cuts;
  isSilentIn(span: Span): boolean;
  /** The reply that is stored, or has the file transcribed. */
  ask(span: Span | null, file: AudioFile): Promise<T>;
  /** Is told what follows from a refusal for the rest of this call, and what it states for all others. */
  onRefused(limits: PartLimits, stated: PartLimits | null): void;
};

/** Where parts are joined to one that was paid for before, so much of it is sent again at most. */
const JOINED_SECONDS = 5;

/**
 * Has a channel transcribed: in one request where the server takes that, else in parts that follow upon
 * each other. What was paid for stays as it is, and the rest is cut around it. Parts in which nothing
 * sounds are not sent. A refusal of a file as too large or too long costs nothing: the same is sent in
 * smaller parts.
 *
 * @throws ServiceError as `ask`; the refusal of a file that cannot be cut, or not be cut any smaller.
 */
export async function hearChannel<T>(hearing: ChannelHearing<T>): Promise<HeardReply<T>[]> {
  const { sent, paid, seconds } = hearing;
  const { channel, file } = sent;
  let { limits } = hearing;
  let refusal: ServiceError | null = null;

  /** The reply, or the refusal of a server that takes less, of which the limits know then. */
  async function tryWith(
    span: Span | null,
    tried: AudioFile,
    length: number | null,
  ): Promise<HeardReply<T> | ServiceError> {
    try {
      return { span, reply: await hearing.ask(span, tried) };
    } catch (error) {
      if (!(error instanceof ServiceError) || !isTooMuch(error)) throw error;
      const size: FileSize = { bytes: tried.sizeBytes, seconds: length };
      const stated = statedBy(error, size);
      limits = tighter(limits, stated ?? halfOf(error, size));
      hearing.onRefused(limits, stated);
      return error;
    }
  }

  const isCut = paid.startAfter(channel, -1) !== null;
  const isWhole = paid.hasAllOf(channel);
  if (isWhole || (!isCut && fits({ bytes: file.sizeBytes, seconds }, limits))) {
    const whole = await tryWith(null, file, seconds);
    if (!(whole instanceof ServiceError)) return [whole];
    refusal = whole;
  }
  const cutting = await sent.cutting();
  if (cutting === null) {
    if (refusal !== null) throw refusal;
    // Nobody here can cut it: let the server say what it makes of it.
    return [{ span: null, reply: await hearing.ask(null, file) }];
  }

  const cuts = hearing.cutsOf(cutting);
  const replies: HeardReply<T>[] = [];
  for (let at = 0; at < cutting.seconds;) {
    const next = paid.startAfter(channel, at);
    const known = paid.partFrom(channel, at);
    const longest = longestPart(cutting, limits);
    // A reply that was there a moment ago may be gone.
    if (longest === null && (known === null || refusal !== null)) throw refusal ?? tooSmall();
    const span = known ?? upTo(cuts.partFrom(at, longest ?? 0), next);
    if (known !== null || !hearing.isSilentIn(span)) {
      const part = await tryWith(span, cutting.fileOf(span), span.endSeconds - span.startSeconds);
      if (part instanceof ServiceError) {
        refusal = part;
        continue;
      }
      replies.push(part);
    }
    at = next !== null && next <= span.endSeconds ? next : cuts.nextAfter(span);
  }
  return replies;
}

/** A part that ends a little behind the beginning of the next. */
function upTo({ startSeconds, endSeconds }: Span, next: number | null): Span {
  return { startSeconds, endSeconds: Math.min(endSeconds, (next ?? Infinity) + JOINED_SECONDS) };
}

function tooSmall(): ServiceError {
  return new ServiceError(
    'SPEECH_AUDIO_TOO_LARGE',
    'TRANSCRIPTION_MAX_BYTES holds less than five seconds of this recording.',
  );
}

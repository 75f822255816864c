import { createHash } from 'node:crypto';
import type { CallKey } from '../../domain/call.ts';
import { type ErrorContext, ServiceError } from '../../domain/service-error.ts';
import { createBase64Decoder } from './base64-decoder.ts';
import { createEnvelopeReader, type EnvelopeReader } from './envelope-reader.ts';
import { type RecordingMetadata, toMetadata } from './recording-metadata.ts';
import { isSuccess, phoneSystemError, toStatusError } from './errors.ts';

export type RecordingSummary = {
  readonly metadata: RecordingMetadata;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  /** `MISMATCH`: size or sha1 are not those that the phone system states, and that was accepted. */
  readonly integrity: 'MISMATCH' | null;
};

/**
 * Audio that is not as the phone system describes it: its size or sha1 is `different`, or they are
 * `malformed` and cannot be compared.
 */
type Mismatch = {
  readonly kind: 'different' | 'malformed';
  /** Of the bytes that arrived; hex. */
  readonly sha256: string;
};

/** Decides whether audio is taken in spite of its description. */
export type AcceptMismatch = (mismatch: Mismatch) => boolean;

/** All fields of a recording together have about 2 kB; a mebibyte besides the audio is hostile. */
const MAX_BYTES_BESIDE_AUDIO = 1024 * 1024;

/** At most fifteen digits, which a number holds exactly. */
const SIZE = /^\d{1,15}$/;

function corrupt(reason: string, context: ErrorContext = {}): ServiceError {
  const message = `The recording arrived damaged: ${reason}.`;
  return new ServiceError('RECORDING_CORRUPT', message, { context });
}

function unreadable(reason: string): ServiceError {
  return phoneSystemError('RECORDING_UNREADABLE', reason);
}

/**
 * The failure of an answer that knows the recording and holds none of it. Without a word about
 * `complete`, a young recording may still be on its way: the context tells the step so.
 */
function nothingSent(envelope: EnvelopeReader, reason: string): ServiceError {
  const mayFollow = envelope.field('complete') === null;
  return phoneSystemError('RECORDING_UNREADABLE', reason, { context: { mayFollow } });
}

function tooLarge(maxBytes: number): ServiceError {
  const why = `it has more than the ${maxBytes} bytes of RECORDING_MAX_BYTES`;
  return phoneSystemError('RECORDING_TOO_LARGE', why, { context: { maxBytes } });
}

function invalid(reason: string): ServiceError {
  return phoneSystemError('PHONE_SYSTEM_REPLY_INVALID', reason);
}

/**
 * Turns the body of a reply into the bytes of the recording. It ends normally only when the whole
 * reply was read and base64, size, sha1 and every response code were found right, or what differs was
 * accepted. It yields at least one byte.
 *
 * @throws ServiceError RECORDING_NOT_FOUND, _NOT_THERE_YET, _CORRUPT, _UNREADABLE or _TOO_LARGE, or
 * PHONE_SYSTEM_…
 */
export async function* readRecordingReply(
  body: AsyncIterable<Uint8Array>,
  key: CallKey,
  maxBytes: number,
  accepts: AcceptMismatch,
): AsyncGenerator<Uint8Array, RecordingSummary> {
  // Names in other fields may have another encoding; a character that is not UTF-8 must not make
  // the recording fail (inside the base64, its replacement is refused as foreign).
  const utf8 = new TextDecoder();
  const envelope = createEnvelopeReader();
  const decoder = createBase64Decoder();
  const sha1 = createHash('sha1');
  const sha256 = createHash('sha256');
  let sizeBytes = 0;
  let bytesBesideAudio = 0;
  let started = false;

  for await (const chunk of body) {
    const wasOpen = envelope.audio() === 'open';
    const text = utf8.decode(chunk, { stream: true });
    if (!started) started = isBeginning(text);
    const base64 = readEnvelope(envelope, text);
    if (!wasOpen && envelope.audio() !== 'open') bytesBesideAudio += chunk.length;
    if (bytesBesideAudio > MAX_BYTES_BESIDE_AUDIO)
      throw invalid('the answer is far larger than its recording');
    checkCodes(envelope, key);
    checkComplete(envelope);
    if (claimedSize(envelope) > maxBytes) throw tooLarge(maxBytes);
    if (base64 === '') continue;
    const audio = decode(() => decoder.decode(base64));
    sizeBytes += audio.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    sha1.update(audio);
    sha256.update(audio);
    if (audio.length > 0) yield audio;
  }

  if (!started) throw unreadable('the answer is empty');
  if (!envelope.isComplete()) {
    throw phoneSystemError('PHONE_SYSTEM_UNAVAILABLE', 'the answer was cut off before its end');
  }
  if (envelope.audio() === 'absent' && envelope.codes().length === 0)
    throw invalid('the answer is JSON of an unknown form');
  if (envelope.audio() === 'absent') throw nothingSent(envelope, 'the answer holds no audio');
  decode(() => decoder.end());
  if (sizeBytes === 0) throw nothingSent(envelope, 'the recording is empty');
  const arrived = { sizeBytes, sha1: sha1.digest('hex'), sha256: sha256.digest('hex') };
  const fault = faultOfDescription(envelope, arrived);
  if (fault !== null && !accepts({ kind: fault.kind, sha256: arrived.sha256 })) throw fault.error;
  return {
    metadata: toMetadata((name) => envelope.field(name)),
    sizeBytes,
    sha256: arrived.sha256,
    integrity: fault === null ? null : 'MISMATCH',
  };
}

/** Tells whether a reply begins in this text, and refuses one that cannot be an envelope. */
function isBeginning(text: string): boolean {
  const beginning = text.trimStart();
  if (beginning.startsWith('<'))
    throw phoneSystemError(
      'PHONE_SYSTEM_UNAVAILABLE',
      'a web page came instead of JSON, as while the phone system is being maintained',
    );
  if (beginning !== '' && !beginning.startsWith('{'))
    throw invalid('the answer is not the JSON of a recording');
  return beginning !== '';
}

function readEnvelope(envelope: EnvelopeReader, text: string): string {
  try {
    return envelope.read(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw corrupt('its JSON is broken');
    throw invalid('the answer is not the JSON of a recording');
  }
}

function checkCodes(envelope: EnvelopeReader, key: CallKey): void {
  for (const code of envelope.codes()) {
    if (!/^\d{3}$/.test(code)) throw invalid('the answer has a code that is not a number');
    if (!isSuccess(Number(code))) throw toStatusError(Number(code), key, { from: 'envelope' });
  }
}

/** What is there of a recording that is still being written must not be taken for all of it. */
function checkComplete(envelope: EnvelopeReader): void {
  const complete = envelope.field('complete');
  if (complete === '0' || complete === 'false') {
    throw phoneSystemError(
      'RECORDING_NOT_THERE_YET',
      'the phone system says that the recording is not complete',
    );
  }
}

/** The size that the phone system states for the decoded recording; NaN when it states none. */
function claimedSize(envelope: EnvelopeReader): number {
  const size = envelope.field('size') ?? '';
  return SIZE.test(size) ? Number(size) : Number.NaN;
}

type Arrived = { readonly sizeBytes: number; readonly sha1: string; readonly sha256: string };
type Fault = { readonly kind: Mismatch['kind']; readonly error: ServiceError };

/** What is wrong with size and sha1 as the phone system states them; neither has to be there. */
function faultOfDescription(envelope: EnvelopeReader, arrived: Arrived): Fault | null {
  const size = envelope.field('size') || String(arrived.sizeBytes);
  const sha1 = envelope.field('sha1') || arrived.sha1;
  if (!SIZE.test(size)) return malformed("the recording's size is not a whole number");
  if (!/^[0-9a-f]{40}$/i.test(sha1))
    return malformed('the sha1 is not forty hexadecimal digits, so it cannot be compared');
  if (Number(size) !== arrived.sizeBytes)
    return different(`it has ${arrived.sizeBytes} bytes instead of ${Number(size)}`, arrived);
  return sha1.toLowerCase() === arrived.sha1
    ? null
    : different('its sha1 is not the one that the phone system states', arrived);
}

function malformed(reason: string): Fault {
  return { kind: 'malformed', error: invalid(reason) };
}

/** The message names the hash of what arrived, so that the same bytes can be told from other ones. */
function different(reason: string, { sha256 }: Arrived): Fault {
  const error = corrupt(`${reason}; the bytes that arrived have the sha256 ${sha256}`, { sha256 });
  return { kind: 'different', error };
}

function decode<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) throw corrupt('its base64 is broken');
    throw error;
  }
}

import { createHash } from 'node:crypto';
import type { CallKey } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { createBase64Decoder } from './base64-decoder.ts';
import { createEnvelopeReader, type EnvelopeReader } from './envelope-reader.ts';
import { type RecordingMetadata, toMetadata } from './recording-metadata.ts';
import { isSuccess, phoneSystemError, toStatusError } from './errors.ts';

export type RecordingSummary = {
  readonly metadata: RecordingMetadata;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
};

/** All fields of a recording together have about 2 kB; a mebibyte besides the audio is hostile. */
const MAX_BYTES_BESIDE_AUDIO = 1024 * 1024;

function corrupt(reason: string): ServiceError {
  return new ServiceError('RECORDING_CORRUPT', `The recording arrived damaged: ${reason}.`);
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
 * reply was read and base64, size, sha1 and every response code were found right. It yields at least
 * one byte.
 *
 * @throws ServiceError RECORDING_NOT_FOUND, _NOT_THERE_YET, _CORRUPT, _UNREADABLE or _TOO_LARGE, or
 * PHONE_SYSTEM_…
 */
export async function* readRecordingReply(
  body: AsyncIterable<Uint8Array>,
  key: CallKey,
  maxBytes: number,
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
  const expectedSize = claimedSize(envelope);
  if (!Number.isNaN(expectedSize) && expectedSize !== sizeBytes)
    throw corrupt(`it has ${sizeBytes} bytes instead of ${expectedSize}`);
  checkSha1(envelope.field('sha1'), sha1.digest('hex'));
  return {
    metadata: toMetadata((name) => envelope.field(name)),
    sizeBytes,
    sha256: sha256.digest('hex'),
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
  const size = envelope.field('size');
  if (size === null || size === '') return Number.NaN;
  if (!/^\d{1,15}$/.test(size)) throw invalid("the recording's size is not a whole number");
  return Number(size);
}

function checkSha1(claimed: string | null, actual: string): void {
  if (claimed === null || claimed === '') return;
  if (!/^[0-9a-f]{40}$/i.test(claimed))
    throw invalid('the sha1 is not forty hexadecimal digits, so it cannot be compared');
  if (claimed.toLowerCase() !== actual)
    throw corrupt('its sha1 is not the one that the phone system states');
}

function decode<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) throw corrupt('its base64 is broken');
    throw error;
  }
}

import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError, type ServiceErrorOptions } from '../../domain/service-error.ts';
import { isAboutMoney, untilPaid } from '../shared/about-money.ts';
import { findServiceError } from '../shared/find-service-error.ts';
import { statedLimits } from './stated-limits.ts';

/** How servers say that they do not know times: OpenAI's newer models, vLLM, LocalAI, whisper.cpp. */
const NO_TIMES = /(?:response|output|return)[_ -]?format|verbose|timestamp|granularit/i;
const FORMAT_STATUSES = [400, 404, 415, 422, 501];

/** How servers say that they cannot read a file (OpenAI, whisper.cpp, Speaches, vLLM, ffmpeg). */
const BAD_AUDIO =
  /decod|corrupt|invalid (?:audio|file|data|media)|(?:audio|file) (?:format|type|could not)|unsupported (?:audio|file|media|format)|unrecogni[sz]ed file|read (?:the )?(?:audio|wav|file)|not (?:a valid|supported|an audio)|too short/i;
/** How servers say that they take audio of a certain length only. */
const TOO_LONG =
  /\b(?:audio|clip|file|recording|speech|input)\b.{0,60}\b(?:too long|longer than)|too_long|\bduration\b.{0,80}\b(?:exceed|max|limit|long|above|over\b|greater|more than|at most|up to)|\b(?:exceed|max|limit|longer than|more than|at most|up to)\w*\b.{0,60}\b(?:duration|length of (?:the )?audio|audio length|seconds|minutes|hours)/i;
/** A text beside the audio may be too long too: cutting the audio would change nothing. */
const ABOUT_TEXT =
  /\b(?:prompt|context|tokens?|short\w*|minimum)\b|rate.?limit|per (?:minute|hour|day)/i;
const TOO_LARGE =
  /too large|size limit|maximum (?:content|file|audio)|exceeds? (?:the )?(?:max|limit|size)/i;

/** With these, servers and the routers in front of them refuse a form without saying that it is the form. */
const OPAQUE_STATUSES = [400, 422];

/** What else a refusal may be about: no plainer form of the reply would change it. */
const OTHER_REASON =
  /\b(?:files?|audio|duration|length|long|short|bytes|language|prompt|credentials?|permission|auth\w*|required|missing)\b|api[_ -]?key|token|model\b.{0,40}not |(?:unknown|invalid|no such) model/i;

/**
 * Whether a refused request may be answered in a plainer form: `yes` when the server says that it
 * does not know the form, `maybe` when it does not say what it dislikes. A refusal costs nothing.
 */
export function mayLackTimes(status: number, words: string): 'yes' | 'maybe' | 'no' {
  if (FORMAT_STATUSES.includes(status) && NO_TIMES.test(words)) return 'yes';
  const isOpaque =
    OPAQUE_STATUSES.includes(status) &&
    codeOf(status, words) === 'SPEECH_INVALID_ARGUMENT' &&
    !OTHER_REASON.test(words);
  return isOpaque ? 'maybe' : 'no';
}

/**
 * What a refusal means. The server's words tell apart reasons that share a status. They are never
 * quoted: they may repeat the prompt or the file's name.
 */
export function toStatusError(
  status: number,
  words: string,
  retryAfterMs: number | null = null,
): ServiceError {
  const code = codeOf(status, words);
  const fact =
    status === 404 && code === 'SPEECH_INVALID_ARGUMENT'
      ? ': there is no such model or address'
      : '';
  return transcriptionError(code, `it answered ${status}${fact}`, {
    context: { status, ...(isTooMuch(code) ? statedLimits(words) : {}) },
    retryAfterMs: code === 'SPEECH_PAYMENT_REQUIRED' ? untilPaid(retryAfterMs) : retryAfterMs,
  });
}

function codeOf(status: number, words: string): ErrorCode {
  if (status === 402 || (status < 500 && isAboutMoney(words))) return 'SPEECH_PAYMENT_REQUIRED';
  if (status === 401 || status === 403) return 'SPEECH_CREDENTIALS_REFUSED';
  if (status === 429) return 'SPEECH_QUOTA_EXCEEDED';
  if (status === 413) return 'SPEECH_AUDIO_TOO_LARGE';
  if (status === 415) return 'SPEECH_FILE_REFUSED';
  // 501 and 505 say that the server lacks something, and it will still lack it next time.
  if ([408, 409, 425].includes(status) || (status >= 500 && status !== 501 && status !== 505)) {
    return 'SPEECH_UNAVAILABLE';
  }
  if (status === 400 || status === 422) {
    if (TOO_LARGE.test(words)) return 'SPEECH_AUDIO_TOO_LARGE';
    if (TOO_LONG.test(words) && !ABOUT_TEXT.test(words)) return 'SPEECH_AUDIO_TOO_LONG';
    if (BAD_AUDIO.test(words)) return 'SPEECH_FILE_REFUSED';
  }
  return 'SPEECH_INVALID_ARGUMENT';
}

/** Whether a server would take a shorter file. */
function isTooMuch(code: ErrorCode): boolean {
  return code === 'SPEECH_AUDIO_TOO_LARGE' || code === 'SPEECH_AUDIO_TOO_LONG';
}

/** What a code says about the exchange beyond the status. */
const FACTS: Partial<Record<ErrorCode, string>> = {
  SPEECH_CREDENTIALS_REFUSED: 'TRANSCRIPTION_API_KEY was refused',
  SPEECH_QUOTA_EXCEEDED: 'there were too many requests, or a quota is used up',
  SPEECH_PAYMENT_REQUIRED: 'the account of TRANSCRIPTION_API_KEY is out of money',
  SPEECH_AUDIO_TOO_LONG: 'the recording is longer than the server accepts at once',
  SPEECH_AUDIO_TOO_LARGE: 'the recording exceeds what the server accepts at once',
  SPEECH_FILE_REFUSED: 'the server cannot read this kind of audio',
};

/** `why` is about the exchange, never its words. */
export function transcriptionError(
  code: ErrorCode,
  why: string,
  options: ServiceErrorOptions = {},
): ServiceError {
  const fact = FACTS[code];
  const reason = fact === undefined ? why : `${why}: ${fact}`;
  return new ServiceError(code, `Asking the transcription server failed: ${reason}.`, options);
}

/** A connection that broke. Our own error on the way (of the archive, say) is returned as it is. */
export function toConnectionError(error: unknown): ServiceError {
  return (
    findServiceError(error) ??
    transcriptionError('SPEECH_UNAVAILABLE', 'no complete answer came', { cause: error })
  );
}

import { SPEECH_CODES } from '../../domain/error-codes/speech.ts';
import type { Recognition } from '../../domain/recognition.ts';
import type { TranscriptSegment } from '../../domain/transcript.ts';
import { hostOf, locateFailures } from '../shared/locate-failures.ts';
import { createPlaces } from '../shared/places.ts';
import { mayLackTimes, toStatusError, transcriptionError } from './errors.ts';
import type { AudioFile } from './multipart.ts';
import { readInThread, type Reader } from '../shared/read-in-thread.ts';
import { findRefusal, parseReply, type Reply } from './reply.ts';
import { type KindOfSound, toSegments, type PartReply } from './transcript.ts';
import { createTransport, REPLY_MAX_BYTES } from './transport.ts';

export type { AudioFile } from './multipart.ts';
export type { PartReply } from './transcript.ts';

export type TranscriptionServerConfig = {
  /** Includes `/v1`. */
  readonly baseUrl: string;
  /** `null` for a server without keys. */
  readonly apiKey: string | null;
  readonly model: string;
  /** ISO 639-1; `null` lets the server find out. */
  readonly language: string | null;
  /** Names and words that occur in the calls. */
  readonly phrases: readonly string[];
  /** How long the server may take for one file, in milliseconds. */
  readonly answerTimeoutMs: number;
  /** How many files this process sends at once; `null`: any number. */
  readonly concurrency: number | null;
  /** The most that the server takes in one request, in bytes; `null`: nothing is known. */
  readonly maxBytes: number | null;
  /** The longest file that the server takes, in seconds; `null`: nothing is known. */
  readonly maxSeconds: number | null;
};

export type TranscriptionServer = {
  /**
   * Has one file transcribed, once a place is free, and resolves with the server's reply, which `parseReply` can read and
   * which has at most `replyMaxBytes`. Paid for, where the server charges: each call is one request.
   * Throws SPEECH_* codes (SPEECH_QUEUED after five minutes without a place), without a word of the call, what reading the file throws, and the
   * signal's reason. SPEECH_AUDIO_TOO_LARGE and SPEECH_AUDIO_TOO_LONG have what the server states in
   * their contexts: maxBytes, maxSeconds.
   */
  transcribe(file: AudioFile, signal: AbortSignal): Promise<string>;
  /** The largest and the longest file that the server takes, as far as that is configured. */
  readonly fileLimits: { readonly maxBytes: number | null; readonly maxSeconds: number | null };
  /** The longest reply that is read, in bytes. */
  readonly replyMaxBytes: number;
  /** Reads a reply. Throws SPEECH_RESULT_INVALID when it is not one, without quoting it. */
  parseReply(json: string): Promise<PartReply['reply']>;
  /**
   * The segments of all parts in time order. `recordingSeconds` bounds a part without times. They
   * end where the kind of sound changes.
   */
  toSegments(
    parts: readonly PartReply[],
    recordingSeconds: number | null,
    kindOf?: KindOfSound,
  ): readonly TranscriptSegment[];
  /** How a recording will be transcribed, given how its channels are sent. */
  plan(channels: Recognition['channels']): Recognition;
  close(): Promise<void>;
};

type Field = readonly [name: string, value: string];

/**
 * From the most informative form of a reply to the one that every server knows: some servers refuse
 * word times, and OpenAI's gpt-4o models refuse all times.
 */
const FORMS: readonly (readonly Field[])[] = [
  [
    ['response_format', 'verbose_json'],
    ['timestamp_granularities[]', 'segment'],
    ['timestamp_granularities[]', 'word'],
  ],
  [['response_format', 'verbose_json']],
  [['response_format', 'json']],
];

/**
 * A longer wait would hold one of the worker's activities, and two channels with two waits and the
 * longest TRANSCRIPTION_TIMEOUT have to fit into the three hours of an attempt.
 */
const LONGEST_WAIT_MS = 5 * 60 * 1000;

/** A longer answer is no refusal. */
const REFUSAL_MAX_CHARACTERS = 100_000;

const READER: Reader<Reply> = {
  module: new URL('./reply.ts', import.meta.url).href,
  name: 'parseReply',
  read: parseReply,
};

const SUSPICIONS_THAT_COUNT = 2;

/** Eight fields at most, and the headers of the request. */
const FORM_BYTES = 4_096;

/**
 * Creates the client for any server with OpenAI's `/audio/transcriptions`. It requests times until
 * the server says that it does not know them. That costs nothing: such a request is refused before
 * the server works on it.
 */
export function createTranscriptionServer(
  config: TranscriptionServerConfig,
  idleTimeoutMs?: number,
): TranscriptionServer {
  const transport = createTransport(config, config.answerTimeoutMs, idleTimeoutMs);
  const fields: readonly Field[] = [
    ['model', config.model],
    ...(config.language === null ? [] : [['language', config.language] as const]),
    // Whisper reads it as what was said before, and so prefers its spellings. It keeps the last
    // 224 tokens of a long one.
    ...(config.phrases.length === 0 ? [] : [['prompt', config.phrases.join(', ')] as const]),
  ];
  const place = `model ${config.model} at ${hostOf(config.baseUrl)}`;
  const places = createPlaces(config.concurrency, (retryAfterMs) =>
    transcriptionError('SPEECH_QUEUED', 'no place was free', { retryAfterMs }),
  );
  let form = 0;
  // How many files in a row were answered in a plainer form after a refusal that gave no reason.
  let suspicions = 0;

  return {
    replyMaxBytes: REPLY_MAX_BYTES,
    fileLimits: {
      maxBytes: config.maxBytes === null ? null : config.maxBytes - overheadOf(fields),
      maxSeconds: config.maxSeconds,
    },
    parseReply: readReply,
    toSegments,

    plan: (channels) => ({
      provider: 'openai-compatible',
      model: config.model,
      languageCodes: config.language === null ? [] : [config.language],
      channels,
      diarization: false,
      wordTimes: form === 0,
      phrases: config.phrases.length,
    }),

    transcribe: (file, signal) =>
      places.hold(() => locateFailures(place, SPEECH_CODES, () => transcribe(file, signal)), {
        signal,
        patience: { leftMs: LONGEST_WAIT_MS },
      }),

    close: () => transport.close(),
  };

  async function transcribe(file: AudioFile, signal: AbortSignal): Promise<string> {
    let asked = form;
    let isCertain = true;
    for (;;) {
      const reply = await transport.post([...fields, ...(FORMS[asked] ?? [])], file, signal);
      const isRefused = reply.status < 200 || reply.status >= 300;
      // A router may put the refusal of the server behind it into a 200.
      const inside =
        isRefused || reply.text.length > REFUSAL_MAX_CHARACTERS ? null : findRefusal(reply.text);
      if (!isRefused && inside === null) {
        // Checked, and kept by the caller, whatever it makes of the words.
        await readReply(reply.text);
        learn(asked, isCertain);
        return reply.text;
      }
      const status = inside === null ? reply.status : (inside.status ?? 200);
      const lacksTimes = mayLackTimes(status, inside?.words ?? reply.text);
      if (lacksTimes === 'no' || asked + 1 >= FORMS.length) {
        if (inside !== null) await readReply(reply.text);
        throw toStatusError(reply.status, reply.text, reply.retryAfterMs);
      }
      isCertain = lacksTimes === 'yes';
      asked = Math.max(form, asked + 1);
    }
  }

  /**
   * Success proves that the form was refused, not this file. Never go back to a richer form: another
   * request may have learned more meanwhile. A refusal without a reason may have been an accident,
   * so it takes two files.
   */
  function learn(asked: number, isCertain: boolean): void {
    suspicions = asked > form && !isCertain ? suspicions + 1 : 0;
    if (isCertain || suspicions >= SUSPICIONS_THAT_COUNT) form = Math.max(form, asked);
  }
}

/** What a request has beside the file: the fields, and about a hundred bytes around each. */
function overheadOf(fields: readonly Field[]): number {
  const values = fields.reduce((sum, [, value]) => sum + Buffer.byteLength(value), 0);
  return FORM_BYTES + values;
}

function readReply(json: string): Promise<Reply> {
  return readInThread(READER, json, (cause) =>
    transcriptionError('SPEECH_RESULT_INVALID', 'its answer cannot be read', { cause }),
  );
}

import type { FaultInput } from '../../../sandbox/core/faults.ts';

/** One way in which an outside system differs from its stand-in, and the lines that name it. */
type Planted = {
  readonly system: string;
  readonly faults: readonly FaultInput[];
  readonly env?: Readonly<Record<string, string>>;
  readonly lines: readonly RegExp[];
};

const json = (value: unknown) => ({ body: JSON.stringify(value) });

/** A recording of four bytes whose phone system gives the time as text. */
const OTHER_ENVELOPE = {
  responses: [{ code: 200, key: 'recordings.get', message: 'OK' }],
  data: { start: '1772443820', snumber: '+442079460001', data: 'UklGRg==' },
};

const OTHER_OBJECT = { kind: 'storage#object', generation: '1', size: 4711, crc32c: 'AAAAAA==' };

const OTHER_RESULT = {
  results: [
    {
      alternatives: [{ transcript: 'The printer is broken.', words: [], mood: 'angry' }],
      channelTag: 1,
      resultEndOffset: '2s',
      languageCode: 'en-gb',
    },
  ],
};

const OTHER_COMPLETION = {
  choices: [{ finish_reason: 'stop', message: { content: [{ type: 'text', text: 'Sure!' }] } }],
};

/** One in each system. */
export const PLANTED: readonly Planted[] = [
  {
    system: 'the phone system',
    faults: [{ system: 'phoneSystem', operation: 'recordings.get', action: json(OTHER_ENVELOPE) }],
    lines: [
      /^DIFFERS +phone system: recordings\/get: data\.start is string, and we know it as number\. The service reads it\.$/m,
      /^DIFFERS +phone system: recordings\/get: data\.mimetype is missing \(we know it as string\)\. The service reads it\.$/m,
      /^differs +phone system: recordings\/get: data\.talktime is missing .*does not read it\.$/m,
    ],
  },
  {
    system: 'the store',
    faults: [{ system: 'storage', operation: 'objects.get', action: json(OTHER_OBJECT) }],
    lines: [
      /^DIFFERS +recording store: objects\.get: size is number, and we know it as string\. The service reads it\.$/m,
      /^differs +recording store: objects\.get: mediaLink is missing .*does not read it\.$/m,
    ],
  },
  {
    system: 'the recogniser',
    faults: [{ system: 'storage', operation: 'objects.media', action: json(OTHER_RESULT) }],
    lines: [
      /^differs +recogniser: result file: results\[\]\.alternatives\[\]\.mood is new to us \(string\)\. The service does not read it\.$/m,
      /^DIFFERS +recogniser: result file: metadata is missing \(we know it as object\)\. The service reads it\.$/m,
    ],
  },
  {
    system: 'a transcription server',
    faults: [
      {
        system: 'transcription',
        operation: 'audio.transcriptions',
        action: json({ text: 'The printer is broken.', segments: null }),
      },
    ],
    env: { SPEECH_PROVIDER: 'openai-compatible' },
    lines: [
      /^DIFFERS +recogniser: audio\/transcriptions: segments is null, and we know it as array\. The service reads it\.$/m,
    ],
  },
  {
    system: 'the language model',
    faults: [
      { system: 'languageModel', operation: 'chat.completions', action: json(OTHER_COMPLETION) },
    ],
    lines: [
      /^DIFFERS +language model: chat\/completions: choices\[\]\.message\.content is array or string, and we know it as string\. The service reads it\.$/m,
      /^DIFFERS +language model: chat\/completions: usage is missing in some places .*The service reads it\.$/m,
    ],
  },
  {
    system: 'ConnectWise',
    faults: [{ system: 'connectwise', operation: 'contacts.list', action: json([{ id: '250' }]) }],
    lines: [
      /^FAULT +ConnectWise .*CONNECTWISE_REPLY_INVALID/m,
      /^DIFFERS +ConnectWise: contacts: \[\]\.id is string, and we know it as number\. The service reads it\.$/m,
    ],
  },
];

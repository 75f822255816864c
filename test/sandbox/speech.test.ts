/** The speech stand-in behaves like Speech-to-Text v2 towards Google's official client, and keeps what it accepted. */
import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { BUCKET } from '../../sandbox/environment.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  CONFIG,
  createSpeechRig,
  RECOGNIZER,
  wav,
  type BatchRequest,
  type Config,
  type RunningRig,
  type SpeechRig,
} from './speech-support.ts';

type ResultsFile = {
  results?: {
    alternatives: {
      transcript: string;
      words: { startOffset?: string; endOffset: string; word: string }[];
    }[];
    channelTag?: number;
    resultEndOffset: string;
    languageCode: string;
  }[];
  metadata: { totalBilledDuration: string };
};
type FileResult = {
  cloudStorageResult?: { uri: string };
  inlineResult?: { transcript: { results: { channelTag: number }[] } };
  error?: { code: number; message: string };
};
type Response = { results: Record<string, FileResult>; totalBilledDuration: { seconds?: string } };
type Metadata = {
  batchRecognizeRequest: { recognitionOutputConfig: { gcsOutputConfig: { uri: string } } };
};
type Summary = { name: string; callSid: string | null; prefix: string | null; state: string };

const TWO_SPEAKERS = [
  { channel: 1, start: 0, end: 0.7, text: 'Good morning.' },
  { channel: 2, start: 0.75, end: 1.5, text: 'Hello, I cannot print.' },
  { channel: 1, start: 2.5, end: 2.9, text: 'Understood.' },
];

function requestFor(uri: string, change: Partial<BatchRequest> = {}): BatchRequest {
  const callSid = /([^/]+)\.wav$/.exec(uri)?.[1] ?? 'none';
  return {
    recognizer: RECOGNIZER,
    config: CONFIG,
    files: [{ uri }],
    recognitionOutputConfig: {
      gcsOutputConfig: { uri: `gs://${BUCKET}/transcripts/${callSid}/submission-1` },
    },
    ...change,
  };
}

function hints(phrases: readonly string[], boost: number): NonNullable<Config['adaptation']> {
  const inlinePhraseSet = { phrases: phrases.map((value) => ({ value })), boost };
  return { phraseSets: [{ inlinePhraseSet }] };
}

/** Starts an operation without the client's own retry, and returns its name. */
async function submit(rig: RunningRig, request: BatchRequest): Promise<string> {
  const [operation] = await rig.client.batchRecognize(request, { retry: null });
  assert.ok(operation.name);
  return operation.name;
}

function waitForEnd(rig: RunningRig, name: string) {
  return waitFor('the end of the operation', async () => {
    const operation = await rig.client.checkBatchRecognizeProgress(name);
    return operation.done === true && operation;
  });
}

/** Runs one recording to the end and returns its file's result. */
async function transcribe(rig: RunningRig, uri: string, change: Partial<BatchRequest> = {}) {
  const operation = await waitForEnd(rig, await submit(rig, requestFor(uri, change)));
  // The message's JSON form: durations are {seconds, nanos}, and 64-bit numbers are strings.
  const response: Response = JSON.parse(JSON.stringify(operation.result));
  const result = response.results[uri];
  assert.ok(result);
  return { response, result };
}

async function readResults(
  rig: RunningRig,
  { cloudStorageResult }: FileResult,
): Promise<ResultsFile> {
  const file: ResultsFile = JSON.parse(await rig.readObject(cloudStorageResult?.uri ?? ''));
  return file;
}

describe('sandbox speech', () => {
  let folder: SpeechRig;
  let rig: RunningRig;
  const recording = wav({ seconds: 3, channels: 2, mark: 1 });

  before(async () => {
    folder = createSpeechRig();
    folder.addSample('1700000001.1', recording, TWO_SPEAKERS);
    folder.addSample('1700000002.1', wav({ seconds: 2, mark: 2 }), []);
    folder.addSample('1700000003.1', wav({ seconds: 1, mark: 3 }));
    rig = await folder.start();
  });
  after(async () => {
    await folder?.remove();
  });

  it('writes one result per channel and pause, in the format of Google’s result file', async () => {
    const uri = await rig.archive('1700000001.1', recording);
    const { result } = await transcribe(rig, uri);
    const file = await readResults(rig, result);
    assert.match(
      result.cloudStorageResult?.uri ?? '',
      /^gs:\/\/call-archive\/transcripts\/1700000001\.1\/submission-1\/1700000001\.1_transcript_[0-9a-f-]{36}\.json$/,
    );
    assert.deepEqual(
      file.results?.map(({ channelTag, alternatives, resultEndOffset, languageCode }) => [
        channelTag,
        alternatives[0]?.transcript,
        resultEndOffset,
        languageCode,
      ]),
      [
        [1, 'Good morning.', '0.700s', 'en-gb'],
        [2, 'Hello, I cannot print.', '1.500s', 'en-gb'],
        [1, 'Understood.', '2.900s', 'en-gb'],
      ],
    );
    assert.deepEqual(file.results?.[0]?.alternatives[0]?.words, [
      { endOffset: '0.350s', word: 'Good' },
      { startOffset: '0.350s', endOffset: '0.700s', word: 'morning.' },
    ]);
    // Three seconds on each of two channels, both of which are billed.
    assert.equal(file.metadata.totalBilledDuration, '6s');
  });

  it('transcribes and bills only the first channel unless channels are separated', async () => {
    const uri = await rig.archive('1700000001.1', recording);
    const config = { ...CONFIG, features: { enableWordTimeOffsets: true } };
    const { result } = await transcribe(rig, uri, { config });
    const file = await readResults(rig, result);
    assert.deepEqual(
      file.results?.map(({ channelTag, alternatives }) => [
        channelTag,
        alternatives[0]?.transcript,
      ]),
      [
        [undefined, 'Good morning'],
        [undefined, 'Understood'],
      ],
    );
    assert.equal(file.metadata.totalBilledDuration, '3s');
  });

  it('labels each word with its speaker, and refuses word times from chirp_3 beyond 20 minutes', async () => {
    const voices = [
      { channel: 1, speaker: 'A', start: 0, end: 0.5, text: 'Hello?' },
      { channel: 1, speaker: 'B', start: 0.6, end: 1, text: 'Hi.' },
    ];
    const long = wav({ seconds: 1_201, mark: 4 });
    folder.addSample('1700000004.1', long, voices);
    const uri = await rig.archive('1700000004.1', long);
    const features = { enableWordTimeOffsets: true, diarizationConfig: {} };
    const config = { ...CONFIG, model: 'chirp_3', features };
    const { result: refused } = await transcribe(rig, uri, { config });
    assert.equal(refused.error?.code, status.INVALID_ARGUMENT);
    assert.match(refused.error.message, /maximum of 20 minutes/);

    const { result } = await transcribe(rig, uri, {
      config: { ...config, features: { diarizationConfig: {} } },
    });
    const { results } = await readResults(rig, result);
    assert.deepEqual(results?.[0]?.alternatives[0]?.words, [
      { word: 'Hello', speakerLabel: 'A' },
      { word: 'Hi', speakerLabel: 'B' },
    ]);
  });

  it('answers silence with a result file without results', async () => {
    const uri = await rig.archive('1700000002.1', wav({ seconds: 2, mark: 2 }));
    const { result } = await transcribe(rig, uri);
    assert.deepEqual(await readResults(rig, result), { metadata: { totalBilledDuration: '2s' } });
  });

  it('answers inline on request, for a single file only', async () => {
    const uri = await rig.archive('1700000001.1', recording);
    const inline = { recognitionOutputConfig: { inlineResponseConfig: {} } };
    const { result } = await transcribe(rig, uri, inline);
    assert.deepEqual(
      result.inlineResult?.transcript.results.map(({ channelTag }) => channelTag),
      [1, 2, 1],
    );
    await assert.rejects(submit(rig, requestFor(uri, { ...inline, files: [{ uri }, { uri }] })), {
      code: status.INVALID_ARGUMENT,
    });
  });

  const fileErrors: [
    title: string,
    callSid: string,
    bytes: Buffer | null,
    code: number,
    message: RegExp,
  ][] = [
    ['no known words', '1700000003.1', wav({ mark: 3 }), 3, /no words for this audio.*JSON file/],
    [
      'audio that belongs to no sample',
      '1700000009.1',
      wav({ mark: 9 }),
      3,
      /no words for this audio.*JSON file/,
    ],
    ['a missing object', '1700000010.1', null, 5, /not found/],
    ['GSM 6.10', '1700000011.1', wav({ format: 0x31 }), 3, /supported encoding/],
    [
      'a web page',
      '1700000012.1',
      Buffer.from('<html>Please log in</html>'),
      3,
      /supported encoding/,
    ],
    ['an empty file', '1700000013.1', Buffer.alloc(0), 3, /empty/],
  ];
  for (const [title, callSid, bytes, code, message] of fileErrors) {
    it(`lets the operation succeed and the file fail, without billing it: ${title}`, async () => {
      const uri =
        bytes === null
          ? `gs://${BUCKET}/call-recordings/${callSid}.wav`
          : await rig.archive(callSid, bytes);
      const { response, result } = await transcribe(rig, uri);
      assert.equal(result.error?.code, code);
      assert.match(result.error?.message ?? '', message);
      assert.equal(Number(response.totalBilledDuration.seconds ?? 0), 0);
    });
  }

  const URI = `gs://${BUCKET}/call-recordings/1700000001.1.wav`;
  const refused: [title: string, change: Partial<BatchRequest>, code: number, message: RegExp][] = [
    [
      'another location',
      { recognizer: 'projects/sandbox/locations/us-central1/recognizers/_' },
      status.INVALID_ARGUMENT,
      /Expected resource location to be eu, but found us-central1 in resource name/,
    ],
    [
      'no recognizer path',
      { recognizer: 'recognizers/_' },
      status.INVALID_ARGUMENT,
      /Invalid resource field value/,
    ],
    [
      'a recognizer that does not exist',
      { recognizer: RECOGNIZER.replace(/_$/, 'mine') },
      status.NOT_FOUND,
      /Unable to find Recognizer/,
    ],
    [
      'an unknown model',
      { config: { ...CONFIG, model: 'phone_call' } },
      status.INVALID_ARGUMENT,
      /The model "phone_call" does not exist in the location named "eu"/,
    ],
    [
      'an unknown language',
      { config: { ...CONFIG, languageCodes: ['eu-US'] } },
      status.INVALID_ARGUMENT,
      /The language "eu-US" is not supported by the model "telephony"/,
    ],
    [
      'no language',
      { config: { ...CONFIG, languageCodes: [] } },
      status.INVALID_ARGUMENT,
      /language codes/,
    ],
    [
      'automatic detection beside a language',
      { config: { ...CONFIG, model: 'chirp_3', languageCodes: ['auto', 'en-GB'] } },
      status.INVALID_ARGUMENT,
      /The language "auto" is not supported/,
    ],
    [
      'automatic detection by telephony',
      { config: { ...CONFIG, languageCodes: ['auto'] } },
      status.INVALID_ARGUMENT,
      /The language "auto" is not supported/,
    ],
    [
      'four languages',
      { config: { ...CONFIG, languageCodes: ['en-GB', 'en-US', 'de-DE', 'fr-FR'] } },
      status.INVALID_ARGUMENT,
      /language codes/,
    ],
    [
      'separate channels on latest_short',
      { config: { ...CONFIG, model: 'latest_short' } },
      status.INVALID_ARGUMENT,
      /does not support feature: separate_recognition_per_channel/,
    ],
    [
      'hints for chirp',
      { config: { ...CONFIG, model: 'chirp', adaptation: hints(['Harbourlight'], 10) } },
      status.INVALID_ARGUMENT,
      /does not support feature: adaptation/,
    ],
    [
      'a boost of 21',
      { config: { ...CONFIG, adaptation: hints(['Harbourlight'], 21) } },
      status.INVALID_ARGUMENT,
      /boost/,
    ],
    [
      'a phrase of 101 characters',
      { config: { ...CONFIG, adaptation: hints(['x'.repeat(101)], 10) } },
      status.INVALID_ARGUMENT,
      /phrase/,
    ],
    [
      'diarization on telephony',
      { config: { ...CONFIG, features: { diarizationConfig: {} } } },
      status.INVALID_ARGUMENT,
      /does not support feature: speaker_diarization/,
    ],
    [
      'no decoding config',
      { config: { model: 'telephony', languageCodes: ['en-GB'] } },
      status.INVALID_ARGUMENT,
      /decoding_config/,
    ],
    [
      'headerless audio without a rate',
      {
        config: {
          model: 'telephony',
          languageCodes: ['en-GB'],
          explicitDecodingConfig: { encoding: 'LINEAR16' },
        },
      },
      status.INVALID_ARGUMENT,
      /Invalid sample rate hertz value: 0/,
    ],
    [
      'sixteen files',
      { files: Array.from({ length: 16 }, () => ({ uri: URI })) },
      status.INVALID_ARGUMENT,
      /16 files/,
    ],
    [
      'an https URI',
      { files: [{ uri: 'https://example.org/a.wav' }] },
      status.INVALID_ARGUMENT,
      /gs:\/\//,
    ],
  ];
  for (const [title, change, code, message] of refused) {
    it(`refuses a request before anything is started or billed: ${title}`, async () => {
      const before = await rig.control<Summary[]>('/operations');
      await assert.rejects(submit(rig, requestFor(URI, change)), { code, message });
      assert.deepEqual(await rig.control<Summary[]>('/operations'), before);
    });
  }

  it('repeats the request in the metadata of a listed operation, and pages through the list', async () => {
    const uri = await rig.archive('1700000001.1', recording);
    const name = await submit(rig, requestFor(uri));
    const seen = await rig.listOperationNames(2);
    const all = await rig.control<Summary[]>('/operations');
    assert.deepEqual(seen, all.map((operation) => operation.name).toReversed());
    assert.ok(seen.length > 2, 'there must be more than one page');

    const operation = await rig.client.checkBatchRecognizeProgress(name);
    const metadata: Metadata = JSON.parse(JSON.stringify(operation.metadata));
    assert.equal(
      metadata.batchRecognizeRequest.recognitionOutputConfig.gcsOutputConfig.uri,
      `gs://${BUCKET}/transcripts/1700000001.1/submission-1`,
    );
    assert.deepEqual(
      all.find((summary) => summary.name === name),
      {
        name,
        callSid: '1700000001.1',
        prefix: `gs://${BUCKET}/transcripts/1700000001.1/submission-1`,
        state: 'RUNNING',
      },
    );
    await waitForEnd(rig, name);
  });

  it('ends a cancelled operation as CANCELLED and writes nothing', async () => {
    const uri = await rig.archive('1700000001.1', recording);
    const prefix = 'transcripts/1700000001.1/cancelled';
    const output = { gcsOutputConfig: { uri: `gs://${BUCKET}/${prefix}` } };
    const name = await submit(rig, requestFor(uri, { recognitionOutputConfig: output }));
    await rig.cancelOperation(name);
    const { latestResponse } = await waitForEnd(rig, name);
    assert.equal(latestResponse.error?.code, status.CANCELLED);
    const other = await submit(rig, requestFor(uri));
    await waitForEnd(rig, other);
    const objects = await rig.control<{ name: string }[]>('/objects');
    assert.deepEqual(
      objects.filter((object) => object.name.startsWith(prefix)),
      [],
    );
  });

  it('ignores the cancellation of an operation that has ended', async () => {
    const name = await submit(rig, requestFor(await rig.archive('1700000001.1', recording)));
    const { result } = await waitForEnd(rig, name);
    await rig.cancelOperation(name);
    assert.deepEqual((await waitForEnd(rig, name)).result, result);
  });
});

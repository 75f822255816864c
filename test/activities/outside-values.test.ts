// Guarantees that no text and no number of another system, however odd, keeps a step from storing what was paid for.
import assert from 'node:assert/strict';
import { Prisma } from '../../src/generated/prisma/client.ts';
import { readFile } from 'node:fs/promises';

import { STEPS } from '../../src/domain/names.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

/** A NUL and half an emoji: PostgreSQL refuses both, in texts and in JSON. */
const BAD = '\u0000\ud83d';

const AUDIO = new URL('../audio/data/audio/', import.meta.url);

const WORDS = 'Hello, this is Ada, the printer is broken.';

/** What a model makes of these words. */
const ANALYSIS = {
  summary: 'The printer is broken.',
  reasonForCall: 'A broken printer.',
  category: 'incident',
  priority: 'medium',
  sentiment: 'neutral',
  resolved: false,
  actions: [{ description: 'Look at it.', owner: 'msp', due: null }],
  followUpNeeded: true,
  callerName: 'Ada',
  quotes: ['the printer is broken.'],
};

describe('what other systems say', () => {
  let rig: StepRig;
  before(async () => {
    rig = await startStepRig({ SPEECH_PROVIDER: 'openai-compatible' });
  });
  after(() => rig.stop());

  type Call = Awaited<ReturnType<StepRig['newCall']>>;

  const everyStep = async (call: Call) => {
    for (const step of STEPS) await call.attempt(step, 1);
  };

  /** From now on, the model's next answer is this one, with more or other parts. */
  const modelAnswers = (content: unknown, more: Readonly<Record<string, unknown>> = {}) =>
    rig.sandbox.fault({
      system: 'languageModel',
      action: {
        body: JSON.stringify({
          model: 'm',
          choices: [{ finish_reason: 'stop', message: { content: JSON.stringify(content) } }],
          ...more,
        }),
      },
    });

  const serverHears = (callSid: string, body: string) =>
    rig.sandbox.fault({ system: 'transcription', callSid, action: { body } });

  it('is stored without the signs that the database refuses, in every text of every system', async () => {
    await rig.sandbox.addConnectWise({
      companies: [{ id: 777, identifier: 'Odd', name: `Odd${BAD}Signs Ltd` }],
      contacts: [
        {
          id: 778,
          firstName: `A${BAD}`,
          lastName: `B${BAD}`,
          company: { id: 777 },
          communicationItems: [{ value: `+44 161 496 0${BAD}777` }, { value: '+441614960777' }],
        },
      ],
    });
    // The file names its encoder in twenty bytes, which become the name of the codec.
    const speex = await readFile(new URL('speex-1ch-8000.spx', AUDIO));
    speex.write('1.2\u0007odd', speex.indexOf('Speex   ') + 8, 'latin1');
    const call = await rig.newCall({
      audio: { base64: speex.toString('base64') },
      metadata: {
        snumber: `+44161${BAD}4960777`,
        cnumber: '+442079460000',
        dnumber: `Front${BAD}desk`,
        callerid_internal: BAD,
        mimetype: `audio/ogg${BAD}`,
      },
      transcript: WORDS,
    });
    await serverHears(
      call.callSid,
      JSON.stringify({
        text: WORDS.replaceAll(' ', `${BAD} `),
        language: `english${BAD}`,
        duration: 1,
        segments: [{ start: 0, end: 1, text: WORDS.replaceAll(' ', `${BAD} `) }],
      }),
    );
    await modelAnswers(withBad(ANALYSIS), { model: `m${BAD}` });
    await everyStep(call);

    const { call: row, logs } = await call.rows();
    assert.deepEqual([row.callStatus, row.outcome], ['COMPLETED', 'ANALYZED']);
    assert.equal(row.company?.name, 'Odd  Signs Ltd');
    assert.match(row.audioCodec ?? '', /^Speex 1\.2 odd/);
    assert.equal(row.transcript?.text, WORDS);
    assert.deepEqual(row.analyses[0]?.data, ANALYSIS);
    assert.equal((await call.hits())['languageModel.chat.completions'], 1, 'nothing is repaired');
    const stored = JSON.stringify([row, logs], (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    assert.doesNotMatch(stored, /\\u0000|\\ud83d/);
  });

  it('by the words of Speech-to-Text is stored as well', async () => {
    const call = await rig.newCall({
      transcript: `Hello, this is Ada, the${BAD}printer is broken.`,
    });
    const google = { speech: rig.speechWith({ SPEECH_PROVIDER: 'google' }) };
    await modelAnswers(ANALYSIS);
    for (const step of STEPS) await call.attempt(step, 1, google);
    const { call: row } = await call.rows();
    assert.equal(row.callStatus, 'COMPLETED');
    assert.equal(row.analyses[0]?.inputTokens, 0);
    assert.match(row.transcript?.text ?? '', /^Hello, this is Ada, the\s*printer is broken\.$/);
  });

  const USAGES: readonly (readonly [unknown, readonly [number, number]])[] = [
    [{ prompt_tokens: 3_000_000_000, completion_tokens: 4 }, [10_000_000, 4]],
    [{ prompt_tokens: 1e300, completion_tokens: 2 ** 31 }, [10_000_000, 10_000_000]],
    [{ prompt_tokens: -1, completion_tokens: -0.5 }, [0, 0]],
    [{ prompt_tokens: 100.2, completion_tokens: '7' }, [101, 7]],
    [{ prompt_tokens: 'NaN', completion_tokens: null }, [0, 0]],
    [{ prompt_tokens: [5], completion_tokens: { of: 5 } }, [0, 0]],
    ['many', [0, 0]],
    [[], [0, 0]],
    [undefined, [0, 0]],
  ];
  for (const [usage, expected] of USAGES) {
    it(`about the tokens of an answer, ${JSON.stringify(usage) ?? 'nothing'}, does not lose the answer`, async () => {
      const call = await rig.newCall({ transcript: WORDS });
      await call.upTo('analyzeTranscript');
      await modelAnswers(ANALYSIS, usage === undefined ? {} : { usage });
      await call.attempt('analyzeTranscript', 1);
      const { call: row } = await call.rows();
      const [analysis] = row.analyses;
      assert.deepEqual([analysis?.inputTokens, analysis?.outputTokens], expected);
      assert.deepEqual(analysis?.data, ANALYSIS);
      assert.equal((await call.hits())['languageModel.chat.completions'], 1);
      // What the gateway adds up.
      const counted = await rig.deps.analyses.countTokens(row.id);
      assert.deepEqual([counted.inputTokens, counted.outputTokens], expected);
    });
  }

  // As text, because some servers write what JSON does not know.
  const LENGTHS: readonly (readonly [string, number | null])[] = [
    ['3000000000', 10_000_000],
    ['1e300', 10_000_000],
    ['-5', null],
    ['2.25', 3],
    ['NaN', null],
    ['-Infinity', null],
    ['"NaN"', null],
    ['"12.5"', 13],
    ['null', null],
  ];
  for (const [index, [duration, billed]] of LENGTHS.entries()) {
    it(`about the length of the audio, ${duration}, does not lose the transcript`, async () => {
      const flac = await readFile(new URL('piped.flac', AUDIO));
      const call = await rig.newCall({
        audio: { base64: Buffer.concat([flac, Buffer.alloc(index)]).toString('base64') },
      });
      await call.upTo('transcribeRecording');
      // As for a recording that neither tells its length nor could be heard.
      const { id } = (await call.rows()).call;
      await rig.deps.calls.update(id, { recordingSeconds: null });
      await serverHears(
        call.callSid,
        `{"text":"Hello, NaN.","duration":${duration},"segments":[{"start":-0.02,"end":3e12,"text":"Hello, NaN.","avg_logprob":${duration}}]}`,
      );
      await call.attempt('transcribeRecording', 1);
      const { transcript, recordingSeconds } = (await call.rows()).call;
      assert.equal(recordingSeconds, null);
      assert.equal(transcript?.text, 'Hello, NaN.');
      assert.equal(transcript.billedSeconds, billed);
      assert.deepEqual(transcript.segments, [
        {
          speaker: null,
          channel: null,
          startSeconds: 0,
          endSeconds: 10_000_000,
          text: 'Hello, NaN.',
        },
      ]);
      assert.equal((await call.hits())['transcription.audio.transcriptions'], 1);
    });
  }

  const HEADERS: readonly (readonly [
    string,
    string,
    (file: Buffer) => void,
    Readonly<Record<string, unknown>>,
  ])[] = [
    [
      'a sample rate of 2³²−1',
      'mulaw-2ch-8000.wav',
      (wav) => wav.writeUInt32LE(0xffff_ffff, 24),
      { sampleRateHertz: 2_147_483_647 },
    ],
    [
      'a length of two thousand years',
      'flac-1ch-8000.flac',
      // 20 bits for the rate, 3 for the channels, 5 for the bits of a sample, 36 for the samples.
      (flac) => void flac.writeBigUInt64BE((1n << 44n) | (15n << 36n) | (2n ** 36n - 1n), 18),
      // Its frames say what is true.
      { sampleRateHertz: 1, recordingSeconds: new Prisma.Decimal(0.05) },
    ],
  ];
  for (const [what, name, damage, expected] of HEADERS) {
    it(`in the header of a recording, ${what}, does not keep it from the archive`, async () => {
      const file = await readFile(new URL(name, AUDIO));
      damage(file);
      const call = await rig.newCall({ audio: { base64: file.toString('base64') } });
      await call.upTo('transcribeRecording');
      const { call: row } = await call.rows();
      assert.ok(row.recordingUrl !== null);
      assert.deepEqual({ ...row, ...expected }, row);
    });
  }

  it('in a header that is damaged is no reason to send each of its channels by itself', async () => {
    const wav = await readFile(new URL('mulaw-2ch-8000.wav', AUDIO));
    wav.writeUInt16LE(255, 22);
    // As many bytes a frame, so that the channels could be told apart.
    wav.writeUInt16LE(255, 32);
    const call = await rig.newCall({ audio: { base64: wav.toString('base64') } });
    await call.upTo('transcribeRecording');
    await serverHears(call.callSid, '{"text":"Hello."}');
    await call.attempt('transcribeRecording', 1);
    assert.equal((await call.hits())['transcription.audio.transcriptions'], 1);
  });
});

/** The same with odd signs in the middle of every text that is free. */
function withBad(analysis: typeof ANALYSIS): unknown {
  const { summary, reasonForCall, actions, callerName, quotes } = analysis;
  const odd = (text: string) => `${text.replace(' ', ` ${BAD}`)}${BAD}`;
  return {
    ...analysis,
    summary: odd(summary),
    reasonForCall: odd(reasonForCall),
    actions: actions.map((action) => ({ ...action, description: odd(action.description) })),
    callerName: odd(callerName),
    quotes: quotes.map(odd),
  };
}

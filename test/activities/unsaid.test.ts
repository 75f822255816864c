// Guarantees that what a recogniser invents, doubles or repeats over and over does not get into a transcript, that everything that was really said does, and that this is counted and told.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { channelOf, wavOf, type Stretch } from '../audio/ear/sounds.ts';
import { startHttpServer, type HttpServer } from '../support/http-server.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

const FIELD = join(import.meta.dirname, '../field');
const field = (name: string) => JSON.parse(readFileSync(join(FIELD, `${name}.json`), 'utf8'));

/** What the server answers to one request. */
type Answer = { readonly status: number; readonly body: unknown };
type Said = readonly [start: number, end: number, text: string];

const saying = (...said: readonly Said[]): Answer => ({
  status: 200,
  body: {
    text: said.map(([, , text]) => text).join(' '),
    segments: said.map(([start, end, text]) => ({ start, end, text })),
  },
});

const ZEROS = (seconds: number): Stretch => ({ seconds, kind: 'zeros' });
const VOICE = (seconds: number, decibels = -20): Stretch => ({ seconds, kind: 'voice', decibels });

let unique = 0;

/** A WAV file that no other test has, with these channels. */
function recording(...channels: readonly (readonly Stretch[])[]): Buffer {
  unique += 1;
  return wavOf(channels.map((stretches) => channelOf([...stretches, ZEROS(unique / 8_000)])));
}

describe('what nobody can have said', () => {
  let rig: StepRig;
  let server: HttpServer;
  let answers: Answer[] = [];
  let speech: ReturnType<StepRig['speechWith']>;

  before(async () => {
    rig = await startStepRig({ SPEECH_PROVIDER: 'openai-compatible' });
    server = await startHttpServer((_, response) => {
      const { status, body } = answers.shift() ?? { status: 500, body: 'Nothing was expected.' };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    speech = rig.speechWith({
      TRANSCRIPTION_BASE_URL: `${server.url}/v1`,
      SPEECH_PHRASES: field('15-hints-come-back').input.SPEECH_PHRASES,
    });
  });
  after(async () => {
    await server.close();
    await rig.stop();
  });

  /** The call of a recording whose parts the server answers so, in their order. */
  async function callOf(audio: Buffer, ...replies: readonly Answer[]) {
    answers = [...replies];
    const call = await rig.newCall({
      audio: { base64: audio.toString('base64') },
      transcript: undefined,
      words: [],
    });
    await call.upTo('transcribeRecording');
    return call;
  }

  async function transcribed(audio: Buffer, ...replies: readonly Answer[]) {
    const call = await callOf(audio, ...replies);
    await call.attempt('transcribeRecording', 1, { speech });
    assert.deepEqual(answers, [], 'Something was not sent.');
    const { call: row, logs } = await call.rows();
    const segments = (row.transcript?.segments ?? []) as { channel: number | null; text: string }[];
    const said = segments.map(({ channel, text }) => `${channel}: ${text}`);
    return { call, row, logs, said, leftOut: row.transcript?.leftOut };
  }

  it('is nothing in a recording of zeros, which is not even sent: field 01', async () => {
    const { call, row, leftOut } = await transcribed(recording([ZEROS(10)]));
    assert.equal(row.transcript?.text, '');
    assert.equal(row.transcript.billedSeconds, 0);
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 0 });
    await call.attempt('matchCompany', 1);
    await call.attempt('analyzeTranscript', 1);
    const { call: ended } = await call.rows();
    assert.deepEqual([ended.callStatus, ended.outcome], ['COMPLETED', 'NO_SPEECH']);
  });

  it('is a caption in the hiss of a line that has a word in it elsewhere', async () => {
    const line = { seconds: 20, kind: 'noise', decibels: -60 } as const;
    const audio = recording([line, VOICE(2), line]);
    const heard = saying(
      [2, 5, 'Thank you for watching!'],
      [20, 22, 'Thank you.'],
      [41, 44, 'Bye.'],
    );
    const { said, logs, leftOut } = await transcribed(audio, heard);
    assert.deepEqual(said, ['null: Thank you.']);
    assert.deepEqual(leftOut, { silent: 2, bleed: 0, loops: 0 });
    const { message } = logs.find(({ event }) => event === 'TRANSCRIPTION_SUCCESS') ?? {};
    assert.match(message ?? '', /nobody can have said it: 2 segments in silence/);
  });

  it('is a loop over a steady hum: field 02', async () => {
    const hum = { seconds: 30, kind: 'tone', decibels: -30 } as const;
    const { answer } = field('02-word-loop').input;
    const { row, leftOut } = await transcribed(recording([hum]), answer);
    assert.equal(row.transcript?.text, '');
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 1 });
  });

  it('is the rest of a loop for which there is not enough speech, inside a segment', async () => {
    const audio = recording([VOICE(2), ZEROS(8)]);
    const loop = `The gate. ${'is open, '.repeat(60)}she said.`;
    const { said, leftOut } = await transcribed(audio, saying([0, 10, loop]));
    assert.deepEqual(said, [
      'null: The gate. is open, is open, is open, is open, is open, she said.',
    ]);
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 1 });
  });

  it('is never what stands between two loops', async () => {
    const audio = recording([VOICE(2), ZEROS(8)]);
    const loops = `${'no '.repeat(60)}the blue door ${'yes '.repeat(60)}of course.`;
    const { said, leftOut } = await transcribed(audio, saying([0, 10, loops]));
    assert.deepEqual(said, ['null: no no no no no the blue door yes yes yes yes yes of course.']);
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 2 });
  });

  it('is no repetition that somebody has the time to say', async () => {
    const [no, bye] = field('02-word-loop').expected.stays as string[];
    assert.ok(no !== undefined && bye !== undefined);
    const lines = Array.from({ length: 12 }, (_, at): Said => [
      4 + at * 2,
      6 + at * 2,
      'Please hold.',
    ]);
    const heard = saying([0, 2, no], [2, 4, bye], ...lines, [
      28,
      30,
      'One one one one one one one.',
    ]);
    const { said, leftOut } = await transcribed(recording([VOICE(30)]), heard);
    assert.equal(said.length, 15);
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 0 });
  });

  it('is a sentence that leaked over from the other channel: field 03', async () => {
    const { answers: heard } = field('03-bleed').input;
    const audio = readFileSync(join(FIELD, '03-bleed.wav'));
    const { said, leftOut } = await transcribed(audio, heard.channel1, heard.channel2);
    assert.deepEqual(said, ['1: The lift phone is dead.', '2: I will call them.']);
    assert.deepEqual(leftOut, { silent: 0, bleed: 1, loops: 0 });
  });

  it('is left out of what Speech-to-Text heard on the other channel as well', async () => {
    const audio = recording([VOICE(2), ZEROS(5)], [VOICE(2, -50), ZEROS(3), VOICE(1), ZEROS(1)]);
    const leaked = { start: 0, end: 2, text: 'The lift phone is dead.' };
    const call = await rig.newCall({
      audio: { base64: audio.toString('base64') },
      transcript: undefined,
      words: [
        { channel: 1, ...leaked },
        { channel: 2, ...leaked },
        { channel: 2, start: 5, end: 6, text: 'I will call them.' },
      ],
    });
    await call.upTo('transcribeRecording');
    const google = rig.speechWith({ SPEECH_PROVIDER: 'google' });
    await call.attempt('transcribeRecording', 1, { speech: google });
    const { transcript } = (await call.rows()).call;
    assert.equal(transcript?.text, 'The lift phone is dead.\nI will call them.');
    assert.deepEqual(transcript.leftOut, { silent: 0, bleed: 1, loops: 0 });
  });

  for (const decibels of [-6, -12, -20, -30, -40]) {
    it(`is a sentence that leaked over ${decibels} dB lower, also where the other side speaks later`, async () => {
      const sentence = 'Good morning, our door does not open.';
      const audio = recording(
        [VOICE(3), ZEROS(4)],
        [VOICE(3, -20 + decibels), ZEROS(1), VOICE(2), ZEROS(1)],
      );
      const { said } = await transcribed(
        audio,
        saying([0, 3, sentence]),
        saying([0.1, 3, 'good morning our door doesn not open'], [4, 6, 'Which door?']),
      );
      assert.deepEqual(said, [`1: ${sentence}`, '2: Which door?']);
    });
  }

  it('is a sentence that comes back quietly, as an echo a moment later', async () => {
    const audio = recording([VOICE(3), ZEROS(1)], [ZEROS(0.15), VOICE(3, -40), ZEROS(0.85)]);
    const { said, leftOut } = await transcribed(
      audio,
      saying([0, 3, 'The lamp is out again.']),
      saying([0.2, 3.1, 'The lamp is out again.']),
    );
    assert.deepEqual(said, ['1: The lamp is out again.']);
    assert.deepEqual(leftOut, { silent: 0, bleed: 1, loops: 0 });
  });

  it('is the second of two channels with the very same samples', async () => {
    const both = [VOICE(3), ZEROS(1)];
    const heard = saying([0, 3, 'Hello, it is about the lamp.']);
    const { said, leftOut } = await transcribed(recording(both, both), heard, heard);
    assert.deepEqual(said, ['1: Hello, it is about the lamp.']);
    assert.deepEqual(leftOut, { silent: 0, bleed: 1, loops: 0 });
  });

  it('is nothing that both say, one after the other or at once', async () => {
    const audio = recording(
      [VOICE(1), ZEROS(2), VOICE(1.3), ZEROS(0.7)],
      // Another voice, whose syllables fall elsewhere.
      [ZEROS(1.2), VOICE(1), ZEROS(0.8), { ...VOICE(1.3, -26), syllables: 5.5 }, ZEROS(0.7)],
    );
    const { said, leftOut } = await transcribed(
      audio,
      saying([0, 1, 'Thank you.'], [3, 4.3, 'Goodbye then.']),
      saying([1.2, 2.2, 'Thank you.'], [3, 4.3, 'Goodbye then.']),
    );
    assert.equal(said.length, 4);
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 0 });
  });

  it('is the prompt that comes back for a silent side, which is not sent: field 15', async () => {
    const { channel1 } = field('15-hints-come-back').input.answers;
    const { said, row, logs } = await transcribed(recording([VOICE(5)], [ZEROS(5)]), channel1);
    assert.deepEqual(said, [`1: ${channel1.body.text}`]);
    assert.equal(row.transcript?.billedSeconds, 6);
    const { message } = logs.find(({ event }) => event === 'TRANSCRIPTION_SUCCESS') ?? {};
    assert.match(message ?? '', /1 of 2 channels were not sent: they are silent/);
  });

  it('keeps no side from its words because the other one is silent: field 17', async () => {
    const { channel1 } = field('17-silent-side-answered-500').input.answers;
    const { said } = await transcribed(recording([VOICE(4)], [ZEROS(4)]), channel1);
    assert.deepEqual(said, ['1: Hello, please call me back.']);
  });

  it('stays in the reply that is stored', async () => {
    const heard = saying([0, 2, 'Hello.'], [8, 9, 'Thank you for watching!']);
    const { row } = await transcribed(recording([VOICE(2), ZEROS(8)]), heard);
    const name = `transcripts/${row.callSid}/${row.speechSubmissionId}/whole.json`;
    const { recordingStore } = rig.deps;
    const { signal } = new AbortController();
    const stored = await recordingStore.readText(recordingStore.uriOf(name), 10_000, signal);
    assert.match(stored, /Thank you for watching!/);
    assert.equal(row.transcript?.text, 'Hello.');
  });

  it('is judged too where nobody listened while the recording was archived', async () => {
    const heard = saying([0, 2, 'Hello.'], [8, 9, 'Thank you for watching!']);
    const call = await callOf(recording([VOICE(2), ZEROS(8)]), heard);
    const { id, envelopeUri, envelopeGeneration } = (await call.rows()).call;
    const none = { envelopeUri: null, envelopeGeneration: null, heardSha256: null };
    await rig.deps.calls.update(id, { ...none, heardSeconds: null });
    await call.attempt('transcribeRecording', 1, { speech });
    const { call: row } = await call.rows();
    assert.equal(row.transcript?.text, 'Hello.');
    assert.deepEqual([row.envelopeUri, row.envelopeGeneration], [envelopeUri, envelopeGeneration]);
  });

  it('is not judged at all where the recording cannot be heard', async () => {
    const gsm = readFileSync(join(import.meta.dirname, '../audio/data/audio/gsm-1ch-8000.wav'));
    const { row, leftOut, logs } = await transcribed(gsm, saying([0, 0.2, 'Hello.']));
    assert.equal(row.transcript?.text, 'Hello.');
    assert.equal(leftOut, null);
    assert.equal(logs.filter(({ event }) => event === 'RECORDING_NOT_HEARD').length, 1);
  });

  for (const channels of [1, 2]) {
    it(`sends all 30 seconds of a WAV whose header states two: ${channels} channels`, async () => {
      const each = Array.from({ length: channels }, () => channelOf([VOICE(30)]));
      const audio = wavOf(each, 32_000 * channels);
      const last = ['The last word.', 'Nothing else.'];
      const replies = each.map((_, at) => saying([25, 29, last[at] ?? '']));
      const before = server.requests.length;
      const { row, said } = await transcribed(audio, ...replies);
      assert.equal(row.recordingSeconds?.toNumber(), 30);
      assert.equal(said.length, channels);
      for (const { headers, body } of server.requests.slice(before)) {
        assert.ok(Number(headers['content-length']) > 480_000);
        assert.ok(body.includes('RIFF'));
      }
    });
  }
});

// Guarantees that what a recogniser invents in silence or repeats over and over does not get into a transcript, that everything that was really said does, and that this is counted and told.
import assert from 'node:assert/strict';

import {
  field,
  recording,
  saying,
  startUnsaidRig,
  VOICE,
  ZEROS,
  type Said,
  type UnsaidRig,
} from './unsaid-rig.ts';

describe('what nobody can have said', () => {
  let unsaid: UnsaidRig;
  before(async () => {
    unsaid = await startUnsaidRig();
  });
  after(() => unsaid.stop());

  it('is nothing in a recording of zeros, which is not even sent: field 01', async () => {
    const { call, row, leftOut } = await unsaid.transcribed(recording([ZEROS(10)]));
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
    const { said, logs, leftOut } = await unsaid.transcribed(audio, heard);
    assert.deepEqual(said, ['null: Thank you.']);
    assert.deepEqual(leftOut, { silent: 2, bleed: 0, loops: 0 });
    const { message } = logs.find(({ event }) => event === 'TRANSCRIPTION_SUCCESS') ?? {};
    assert.match(message ?? '', /nobody can have said it: 2 segments in silence/);
  });

  const TIMED = [
    ['Hello', 0, 1],
    ['there.', 1, 2],
    ['Thank', 8, 8.3],
    ['you.', 8.3, 9],
  ].map(([word, start, end]) => ({ word, start, end }));
  const PIECES = [
    { word: 'Hel', start: 0, end: 0.5 },
    { word: 'lo', start: 0.5, end: 1 },
    ...TIMED.slice(1),
  ];
  const TWO = [
    { start: 0, end: 2, text: 'Hello there.' },
    { start: 8, end: 9, text: 'Thank you.' },
  ];
  const ONE = [{ start: 0, end: 9, text: 'Hello there. Thank you.' }];
  for (const [what, body] of [
    ['words that fit a segment across it', { segments: ONE, words: TIMED }],
    ['words and no segments', { segments: [], words: TIMED }],
    ['pieces of words beside the segments', { segments: TWO, words: PIECES }],
    ['words without times', { segments: TWO, words: TIMED.map(({ word }) => ({ word })) }],
  ] as const) {
    it(`is a thanks in silence, from a server that gives ${what}`, async () => {
      const answer = { status: 200, body: { text: 'Hello there. Thank you.', ...body } };
      const audio = recording([VOICE(2), ZEROS(8)]);
      const { said, leftOut } = await unsaid.transcribed(audio, answer);
      assert.deepEqual(said, ['null: Hello there.']);
      assert.deepEqual(leftOut, { silent: 1, bleed: 0, loops: 0 });
    });
  }

  it('is a loop over a steady hum: field 02', async () => {
    const hum = { seconds: 30, kind: 'tone', decibels: -30 } as const;
    const { answer } = field('02-word-loop').input;
    const { row, leftOut } = await unsaid.transcribed(recording([hum]), answer);
    assert.equal(row.transcript?.text, '');
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 1 });
  });

  it('is the rest of a loop for which there is not enough speech, inside a segment', async () => {
    const audio = recording([VOICE(2), ZEROS(8)]);
    const loop = `The gate. ${'is open, '.repeat(60)}she said.`;
    const { said, leftOut } = await unsaid.transcribed(audio, saying([0, 10, loop]));
    assert.deepEqual(said, ['null: The gate. is open, she said.']);
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 1 });
  });

  it('is never what stands between two loops', async () => {
    const audio = recording([VOICE(2), ZEROS(8)]);
    const loops = `${'no '.repeat(60)}the blue door ${'yes '.repeat(60)}of course.`;
    const { said, leftOut } = await unsaid.transcribed(audio, saying([0, 10, loops]));
    assert.deepEqual(said, ['null: no the blue door yes of course.']);
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
    const { said, leftOut } = await unsaid.transcribed(recording([VOICE(30)]), heard);
    assert.equal(said.length, 15);
    assert.deepEqual(leftOut, { silent: 0, bleed: 0, loops: 0 });
  });
});

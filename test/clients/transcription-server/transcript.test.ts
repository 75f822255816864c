import assert from 'node:assert/strict';

import { parseReply } from '../../../src/clients/transcription-server/reply.ts';
import { toSegments } from '../../../src/clients/transcription-server/transcript.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';

// Whatever form a server's reply has, its words appear once, in time order and on their channel; and
// silence yields nothing.

type Segment = { start: number; end: number; text: string; [more: string]: unknown };

const reply = (segments: Segment[] | null, more: object = {}) =>
  parseReply(
    JSON.stringify({
      text: segments?.map(({ text }) => text).join('') ?? 'All of it.',
      ...(segments === null ? {} : { segments }),
      ...more,
    }),
  );

const textsOf = (segments: Segment[], more: object = {}) =>
  toSegments([{ channel: null, reply: reply(segments, more) }], 60).map(({ text }) => text);

describe("a transcription server's reply", () => {
  it('becomes segments in time order, each on the channel it was sent for', () => {
    const parts = [
      {
        channel: 1,
        reply: reply([
          { start: 0, end: 1.5, text: ' Hello.' },
          { start: 5, end: 6, text: ' Yes.' },
        ]),
      },
      { channel: 2, reply: reply([{ start: 2, end: 4.2004, text: ' How  can\nI help? ' }]) },
    ];
    assert.deepEqual(toSegments(parts, 60), [
      { speaker: '1', channel: 1, startSeconds: 0, endSeconds: 1.5, text: 'Hello.' },
      { speaker: '2', channel: 2, startSeconds: 2, endSeconds: 4.2, text: 'How can I help?' },
      { speaker: '1', channel: 1, startSeconds: 5, endSeconds: 6, text: 'Yes.' },
    ]);
  });

  it('becomes one segment that spans the recording when the server gives no times', () => {
    for (const text of [reply(null), parseReply('{"text":"All of it.","segments":[]}')]) {
      assert.equal(text.segments, null);
      assert.deepEqual(toSegments([{ channel: null, reply: text }], 12.5), [
        { speaker: null, channel: null, startSeconds: 0, endSeconds: 12.5, text: 'All of it.' },
      ]);
    }
  });

  it('yields no segments when there are no words, with or without times', () => {
    for (const json of [
      '{"text":""}',
      '{"text":" ","segments":[]}',
      '{"text":"","segments":null}',
    ]) {
      assert.deepEqual(toSegments([{ channel: null, reply: parseReply(json) }], 9), []);
    }
  });

  const SILENT = { no_speech_prob: 0.61, avg_logprob: -1.01 };
  it('loses only what Whisper hallucinated in silence, by its own thresholds', () => {
    const heard = (numbers: object) =>
      textsOf([{ start: 0, end: 2, text: ' Thank you.', ...numbers }]);
    assert.deepEqual(heard(SILENT), []);
    // Some servers send numbers as strings.
    assert.deepEqual(heard({ no_speech_prob: '0.61', avg_logprob: '-1.01' }), []);
    for (const numbers of [
      { ...SILENT, no_speech_prob: 0.6 },
      { ...SILENT, avg_logprob: -1 },
      { no_speech_prob: 0.99 },
      { avg_logprob: -3 },
      { no_speech_prob: null, avg_logprob: null },
    ]) {
      assert.deepEqual(heard(numbers), ['Thank you.'], JSON.stringify(numbers));
    }
  });

  it('loses descriptions of sounds', () => {
    for (const text of [
      '[BLANK_AUDIO]',
      ' (upbeat music)',
      '*beep*',
      '♪ ♪',
      ' . . .',
      '[MUSIC] (wind)',
    ]) {
      assert.deepEqual(textsOf([{ start: 0, end: 2, text }]), [], text);
    }
    for (const text of ['(Sorry) I mean yes.', '[sic] no', '你好。', 'שלום']) {
      assert.deepEqual(textsOf([{ start: 0, end: 2, text }]), [text]);
    }
  });

  it('contains no characters that the database refuses', () => {
    const text = ' Hel\u0000lo\u0007\n \ud83d there. \ud83d\ude00';
    assert.deepEqual(textsOf([{ start: 0, end: 2, text }]), ['Hel lo there. \ud83d\ude00']);
    assert.deepEqual(textsOf([{ start: 0, end: 2, text: '\u0000' }]), []);
  });

  it('distinguishes sounds from speech quickly, however many sounds are in a row', () => {
    const brackets = '[ __ ]'.repeat(40);
    const stars = '*'.repeat(41);
    for (const [text, expected] of [
      [brackets, []],
      [stars, []],
      [`${brackets} hello`, [`${brackets} hello`]],
      [`${stars} hello`, [`${stars} hello`]],
    ] as const) {
      assert.deepEqual(textsOf([{ start: 0, end: 2, text }]), expected);
    }
  });

  const words = [
    { word: 'Hello', start: 0.2, end: 0.6 },
    { word: 'there', start: 0.7, end: 1 },
    { word: 'Yes', start: 4, end: 4.5 },
  ];
  it('is split where a speaker pauses for a second, wherever the server lists the words', () => {
    const segment = { start: 0, end: 6, text: ' Hello, there. Yes!' };
    for (const answer of [reply([segment], { words }), reply([{ ...segment, words }])]) {
      assert.deepEqual(
        toSegments([{ channel: 1, reply: answer }], 60).map(
          ({ startSeconds, endSeconds, text }) => [startSeconds, endSeconds, text],
        ),
        [
          [0.2, 1, 'Hello, there.'],
          [4, 4.5, 'Yes!'],
        ],
      );
    }
  });

  it('stays whole when the words do not match the segments', () => {
    const segment = { start: 0, end: 6, text: ' Hello, there. Yes!' };
    assert.deepEqual(textsOf([segment], { words: words.slice(0, 2) }), ['Hello, there. Yes!']);
    // The words of a dropped segment are dropped with it, and no others.
    const silent = { start: 0, end: 1, text: ' Hello there.', ...SILENT };
    assert.deepEqual(textsOf([silent, { start: 4, end: 5, text: ' Yes.' }], { words }), ['Yes.']);
  });

  it('states its language by code or English name, or not at all', () => {
    const languages = ['en', 'english', 'German', 'zh', 'hebrew', 'yue', 'klingonish', '', null];
    assert.deepEqual(
      languages.map((language) => reply(null, { language }).language),
      ['en', 'en', 'de', 'zh', 'he', 'yue', null, null, null],
    );
  });

  it('is refused without being quoted when it is not a transcription', () => {
    for (const json of [
      'wombat',
      '[]',
      '{"text":{"wombat":1}}',
      '{"text":"x","segments":"wombat"}',
    ]) {
      assert.throws(
        () => parseReply(json),
        (error: unknown) => {
          assert.ok(error instanceof ServiceError);
          assert.equal(error.code, 'SPEECH_RESULT_INVALID');
          assert.doesNotMatch(`${error.message}${JSON.stringify(error.context)}`, /wombat/);
          return true;
        },
      );
    }
  });
});

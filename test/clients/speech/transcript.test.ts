// Guarantees that a Speech-to-Text result file becomes text and segments, and that anything else is refused.
import assert from 'node:assert/strict';

import fc from 'fast-check';

import { parseTranscript } from '../../../src/clients/speech/transcript.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';

describe('a transcript', () => {
  it('lists its utterances in time order, one per line, with channel and times', () => {
    const json = JSON.stringify({
      results: [
        {
          alternatives: [
            {
              transcript: ' Hello,  service desk. ',
              words: [
                { endOffset: '0.700s', word: 'Hello,' },
                { startOffset: '0.700s', endOffset: '1.300s', word: 'service' },
                { startOffset: '1.300s', endOffset: '2s', word: 'desk.' },
              ],
            },
            { transcript: 'Yellow service desk.' },
          ],
          channelTag: 1,
          resultEndOffset: '2.100s',
          languageCode: 'en-gb',
        },
        {
          alternatives: [
            { transcript: 'Bye.', words: [{ startOffset: '9s', endOffset: '9.5s', word: 'Bye.' }] },
          ],
          channelTag: 1,
          resultEndOffset: '10s',
        },
        {
          alternatives: [
            {
              transcript: 'My printer is on fire.',
              words: [{ startOffset: '2.5s', endOffset: '4.25s', word: 'My' }],
            },
          ],
          channelTag: 2,
          resultEndOffset: '5s',
        },
      ],
      metadata: { totalBilledDuration: '22s' },
    });
    assert.deepEqual(parseTranscript(json), {
      text: 'Hello, service desk.\nMy printer is on fire.\nBye.',
      segments: [
        { speaker: '1', channel: 1, startSeconds: 0, endSeconds: 2, text: 'Hello, service desk.' },
        {
          speaker: '2',
          channel: 2,
          startSeconds: 2.5,
          endSeconds: 4.25,
          text: 'My printer is on fire.',
        },
        { speaker: '1', channel: 1, startSeconds: 9, endSeconds: 9.5, text: 'Bye.' },
      ],
      languageCode: 'en-GB',
      billedSeconds: 22,
    });
  });

  it('names neither speaker nor channel when the file states neither', () => {
    const json = '{"results":[{"alternatives":[{"transcript":"Hello."}],"resultEndOffset":"1s"}]}';
    const { segments, languageCode, billedSeconds } = parseTranscript(json);
    assert.deepEqual(segments, [
      { speaker: null, channel: null, startSeconds: 0, endSeconds: 1, text: 'Hello.' },
    ]);
    assert.deepEqual([languageCode, billedSeconds], [null, null]);
  });

  it('starts an utterance without word times at the end of the previous one on its channel', () => {
    const utterance = (transcript: string, resultEndOffset: string, channelTag: number) => ({
      alternatives: [{ transcript }],
      resultEndOffset,
      channelTag,
    });
    const results = [utterance('A', '2s', 1), utterance('C', '5s', 1), utterance('B', '3s', 2)];
    const { segments } = parseTranscript(JSON.stringify({ results }));
    assert.deepEqual(
      segments.map(({ text, startSeconds, endSeconds }) => [text, startSeconds, endSeconds]),
      [
        ['A', 0, 2],
        ['B', 0, 3],
        ['C', 2, 5],
      ],
    );
  });

  const word = (text: string, speakerLabel: string, start?: number, end?: number) => ({
    word: text,
    speakerLabel,
    ...(start ? { startOffset: `${start}s` } : {}),
    ...(end ? { endOffset: `${end}s` } : {}),
  });
  const diarized = (transcript: string, words: object[], resultEndOffset = '4s') =>
    parseTranscript(
      JSON.stringify({ results: [{ alternatives: [{ transcript, words }], resultEndOffset }] }),
    ).segments.map(({ speaker, channel, startSeconds, endSeconds, text }) => {
      assert.equal(channel, null);
      return [speaker, startSeconds, endSeconds, text];
    });

  it('is split where the speaker changes, even within an utterance', () => {
    const words = [
      word('Hello,', '1', 0, 0.5),
      word('desk.', '1', 0.5, 1),
      word('My', '2', 1.5, 1.7),
      word('printer.', '2', 1.7, 2),
      word('Yes?', '1', 3, 3.5),
    ];
    assert.deepEqual(diarized('Hello, desk. My printer. Yes?', words), [
      ['1', 0, 1, 'Hello, desk.'],
      ['2', 1.5, 2, 'My printer.'],
      ['1', 3, 3.5, 'Yes?'],
    ]);
  });

  it('is split where the speaker changes without word times too, as if all words took equally long', () => {
    const words = [word('Hello,', '1'), word('desk.', '1'), word('My', '2'), word('printer.', '2')];
    assert.deepEqual(diarized('Hello, desk. My printer.', words), [
      ['1', 0, 2, 'Hello, desk.'],
      ['2', 2, 4, 'My printer.'],
    ]);
  });

  it('contains no characters that the database refuses, and is split correctly despite them', () => {
    const [hello, hi] = ['Hel\u0000lo\ud83d,', 'Hi.\u0007'];
    const words = [word(hello, '1', 0, 1), word(hi, '2', 2, 3)];
    assert.deepEqual(diarized(`${hello} ${hi}`, words), [
      ['1', 0, 1, 'Hel lo ,'],
      ['2', 2, 3, 'Hi.'],
    ]);
  });

  it('has no sign that the database refuses in the name of a voice or of the language', () => {
    const words = [word('Hello.', 'A\u0000\ud83d', 0, 1)];
    const { segments, languageCode } = parseTranscript(
      JSON.stringify({
        results: [
          { alternatives: [{ transcript: 'Hello.', words }], languageCode: 'e\u0000n\ud83d' },
        ],
      }),
    );
    assert.deepEqual([segments[0]?.speaker, languageCode], ['A  ', 'e n ']);
  });

  it('is kept whatever is written about times and the bill', () => {
    for (const [billed, expected] of [
      ['3000000000s', 10_000_000],
      ['-0.5s', null],
      ['a while', null],
      ['0.250s', 0.25],
    ] as const) {
      const { text, billedSeconds, segments } = parseTranscript(
        JSON.stringify({
          results: [
            {
              alternatives: [{ transcript: 'Hello.', words: [word('Hello.', '', -1, 4e9)] }],
              resultEndOffset: '4000000000s',
            },
          ],
          metadata: { totalBilledDuration: billed },
        }),
      );
      assert.deepEqual([text, billedSeconds], ['Hello.', expected]);
      assert.deepEqual([segments[0]?.startSeconds, segments[0]?.endSeconds], [0, 10_000_000]);
    }
  });

  it('attributes a word without a label to the previous speaker', () => {
    const words = [word('Hello,', '1', 0, 1), word('desk.', '', 1, 2), word('Hi.', '2', 2, 3)];
    assert.deepEqual(diarized('Hello, desk. Hi.', words), [
      ['1', 0, 2, 'Hello, desk.'],
      ['2', 2, 3, 'Hi.'],
    ]);
  });

  it('keeps the whole transcript when the list of words does not match it', () => {
    const words = [word('Hello,', '1', 0, 1), word('Hi.', '2', 2, 3)];
    assert.deepEqual(diarized('Hello, desk. Hi there.', words), [
      ['1', 0, 3, 'Hello, desk. Hi there.'],
    ]);
  });

  for (const [what, json] of [
    ['an empty object', '{}'],
    ['results without alternatives', '{"results":[{"resultEndOffset":"3s"},{"alternatives":[]}]}'],
    [
      'blank alternatives',
      '{"results":[{"alternatives":[{"transcript":"  "},{"transcript":"no"}]}]}',
    ],
    ['alternatives without a text', '{"results":[{"alternatives":[{}]}]}'],
  ] as const) {
    it(`is empty when there were no words: ${what}`, () => {
      const { text, segments } = parseTranscript(json);
      assert.deepEqual([text, segments], ['', []]);
    });
  }

  it('keeps the billed duration of silence', () => {
    assert.equal(parseTranscript('{"metadata":{"totalBilledDuration":"15s"}}').billedSeconds, 15);
  });

  for (const [what, json] of [
    ['an empty file', ''],
    ['text that is not JSON', 'The wombat speaks'],
    ['JSON cut short', '{"results":[{"alternatives"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['results that are not a list', '{"results":{"wombat":1}}'],
    ['a transcript that is not a string', '{"results":[{"alternatives":[{"transcript":7}]}]}'],
    ['a time without a unit', '{"results":[{"resultEndOffset":"7"}]}'],
    ['a fractional channel', '{"results":[{"channelTag":1.5}]}'],
  ] as const) {
    it(`is refused without being quoted: ${what}`, () => {
      assert.throws(
        () => parseTranscript(json),
        (error: unknown) =>
          error instanceof ServiceError &&
          error.code === 'SPEECH_RESULT_INVALID' &&
          !error.message.includes('wombat'),
      );
    });
  }

  it('is complete or refused, whatever the file contains', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        try {
          const { text, segments } = parseTranscript(json);
          assert.equal(text, segments.map((segment) => segment.text).join('\n'));
        } catch (error) {
          assert.ok(error instanceof ServiceError && error.code === 'SPEECH_RESULT_INVALID');
        }
      }),
    );
  });
});

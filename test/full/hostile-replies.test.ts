// Guarantees that no reply of another system, however large, deep or wrong, stops a worker, holds it up or fills its memory.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';

import { startHttpServer } from '../support/http-server.ts';

const SCRIPT = fileURLToPath(new URL('hostile-replies/ask.ts', import.meta.url));
const MEGABYTE = 1024 * 1024;

/** A list of so many bytes of the same element. */
const list = (element: string, bytes: number) =>
  `[${`${element},`.repeat(Math.floor(bytes / (element.length + 1)))}${element}]`;

const deep = (bytes: number) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2);
const word = '{"word":" hello","start":1.25,"end":1.5,"probability":0.99}';
const segment =
  '{"start":1,"end":2,"text":" Hello there.","no_speech_prob":0.1,"avg_logprob":-0.2}';

type Case = readonly [system: string, what: string, body: () => string, outcome: unknown];

const INVALID = 'SPEECH_RESULT_INVALID';
const CASES: readonly Case[] = [
  [
    'transcription',
    'a number in each place of a word',
    () => `{"text":"a","words":${list('7', 20 * MEGABYTE)}}`,
    INVALID,
  ],
  [
    'transcription',
    'empty segments',
    () => `{"text":"a","segments":${list('{}', 20 * MEGABYTE)}}`,
    INVALID,
  ],
  [
    'transcription',
    'brackets in brackets',
    () => `{"text":"a","segments":${deep(20 * MEGABYTE)}}`,
    INVALID,
  ],
  ['transcription', 'one endless text', () => `{"text":"${'a '.repeat(10 * MEGABYTE)}"}`, INVALID],
  ['transcription', 'more than is read', () => `{"text":"${'a'.repeat(33 * MEGABYTE)}"}`, INVALID],
  [
    'transcription',
    'a day of words',
    () => `{"text":"a","segments":[${segment}],"words":${list(word, 7 * MEGABYTE)}}`,
    1,
  ],
  [
    'transcription',
    'eight hours of segments',
    () => `{"text":"a","segments":${list(segment, 3 * MEGABYTE)}}`,
    Math.floor((3 * MEGABYTE) / (segment.length + 1)) + 1,
  ],
  [
    'speech',
    'a number in each place of a word',
    () => `{"results":[{"alternatives":[{"transcript":"a","words":${list('7', 20 * MEGABYTE)}}]}]}`,
    INVALID,
  ],
  ['speech', 'results of a wrong form', () => `{"results":${list('7', 2 * MEGABYTE)}}`, INVALID],
  [
    'speech',
    'words of a wrong form',
    () => `{"results":[{"alternatives":[{"words":${list('{"word":7}', 2 * MEGABYTE)}}]}]}`,
    INVALID,
  ],
  [
    'storage',
    'a number in each place of an object',
    () => `{"kind":"storage#objects","items":${list('7', 7 * MEGABYTE)}}`,
    'STORAGE_UNAVAILABLE',
  ],
  ['storage', 'more than is read', () => list('"x"', 20 * MEGABYTE), 'STORAGE_UNAVAILABLE'],
  [
    'connectwise',
    'a number in each place of a contact',
    () => list('7', 8 * MEGABYTE - 9),
    'CONNECTWISE_REPLY_INVALID',
  ],
  [
    'connectwise',
    'numbers in each contact',
    () => list(`{"id":1,"communicationItems":${list('7', 300)}}`, 300_000),
    'CONNECTWISE_REPLY_INVALID',
  ],
  [
    'connectwise',
    'brackets in brackets',
    () => deep(8 * MEGABYTE - 10),
    'CONNECTWISE_REPLY_INVALID',
  ],
  [
    'model',
    'a number in each choice',
    () => `{"choices":${list('7', MEGABYTE - 99)}}`,
    'MODEL_OUTPUT_INVALID',
  ],
  [
    'model',
    'a number in each quote',
    () => completionOf(`{"quotes":${list('7', MEGABYTE / 2)}}`),
    'MODEL_OUTPUT_INVALID',
  ],
  [
    'model',
    'half a million objects',
    () => completionOf('{}'.repeat(MEGABYTE / 4)),
    'MODEL_OUTPUT_INVALID',
  ],
  ['model', 'brackets in brackets', () => completionOf(deep(MEGABYTE / 2)), 'MODEL_OUTPUT_INVALID'],
];

function completionOf(content: string): string {
  return JSON.stringify({ choices: [{ finish_reason: 'stop', message: { content } }] });
}

describe('a hostile reply', () => {
  for (const [system, what, bodyOf, expected] of CASES) {
    it(`from ${system} with ${what} ends as ${String(expected)}, and nothing waits for it`, async () => {
      const body = bodyOf();
      const server = await startHttpServer((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(body);
      });
      try {
        const args = ['--max-old-space-size=192', SCRIPT, system, server.url];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        const printed = await text(child.stdout);
        const { outcome, blockedMs, grownMegabytes } = JSON.parse(printed) as Record<
          string,
          unknown
        >;
        assert.equal(outcome, expected);
        assert.ok(Number(blockedMs) <= 200, `${String(blockedMs)} ms`);
        assert.ok(Number(grownMegabytes) <= 150, `${String(grownMegabytes)} MB`);
      } finally {
        await server.close();
      }
    });
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { channelOf, wavOf, type Stretch } from '../audio/ear/sounds.ts';
import { startHttpServer } from '../support/http-server.ts';
import { startStepRig } from '../support/step-rig.ts';

export const FIELD = join(import.meta.dirname, '../field');

/** What was observed in the field, as JSON. */
export const field = (name: string) =>
  JSON.parse(readFileSync(join(FIELD, `${name}.json`), 'utf8'));

/** What the server answers to one request. */
type Answer = { readonly status: number; readonly body: unknown };

export type Said = readonly [start: number, end: number, text: string];

export const saying = (...said: readonly Said[]): Answer => ({
  status: 200,
  body: {
    text: said.map(([, , text]) => text).join(' '),
    segments: said.map(([start, end, text]) => ({ start, end, text })),
  },
});

export const ZEROS = (seconds: number): Stretch => ({ seconds, kind: 'zeros' });
export const VOICE = (seconds: number, decibels = -20): Stretch => ({
  seconds,
  kind: 'voice',
  decibels,
});

let unique = 0;

/** A WAV file that no other test has, with these channels and a few milliseconds of silence. */
export function recording(...channels: readonly (readonly Stretch[])[]): Buffer {
  unique += 1;
  return wavOf(channels.map((stretches) => channelOf([...stretches, ZEROS(unique / 1_000)])));
}

export type UnsaidRig = Awaited<ReturnType<typeof startUnsaidRig>>;

/** Steps whose recordings are transcribed by a server that answers what a test tells it. */
export async function startUnsaidRig() {
  const rig = await startStepRig({ SPEECH_PROVIDER: 'openai-compatible' });
  let answers: Answer[] = [];
  const server = await startHttpServer((_, response) => {
    const { status, body } = answers.shift() ?? { status: 500, body: 'Nothing was expected.' };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const speech = rig.speechWith({
    TRANSCRIPTION_BASE_URL: `${server.url}/v1`,
    SPEECH_PHRASES: field('15-hints-come-back').input.SPEECH_PHRASES,
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

  return {
    rig,
    server,
    speech,
    callOf,

    async transcribed(audio: Buffer, ...replies: readonly Answer[]) {
      const call = await callOf(audio, ...replies);
      await call.attempt('transcribeRecording', 1, { speech });
      assert.deepEqual(answers, [], 'Something was not sent.');
      const { call: row, logs } = await call.rows();
      const segments = (row.transcript?.segments ?? []) as {
        channel: number | null;
        text: string;
      }[];
      const said = segments.map(({ channel, text }) => `${channel}: ${text}`);
      return { call, row, logs, said, leftOut: row.transcript?.leftOut };
    },

    async stop(): Promise<void> {
      await server.close();
      await rig.stop();
    },
  };
}

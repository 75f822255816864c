import assert from 'node:assert/strict';

import type { ActivitiesDeps } from '../../src/activities/index.ts';
import { wavOf } from '../audio/ear/sounds.ts';
import { startStepRig } from '../support/step-rig.ts';
import { startToneServer } from '../support/tone-server.ts';
import { createToneVoice, wordOf } from '../support/tone-words.ts';

const RATE = 8_000;

/** Second by second, the number of the word that is said, or nothing. */
export type Speech = readonly (number | null)[];

let unique = 0;

/** Numbers that no other speech of this file has, said without a pause. */
export function talk(seconds: number): number[] {
  const first = unique;
  unique += seconds;
  return Array.from({ length: seconds }, (_, index) => first + index);
}

export const silence = (seconds: number): null[] => Array.from({ length: seconds }, () => null);

/** A WAV file with these channels. */
export function toneWav(...channels: readonly Speech[]): Buffer {
  const voice = createToneVoice(RATE);
  return wavOf(
    channels.map((speech) => {
      const samples = new Float32Array(speech.length * RATE);
      for (const [second, number] of speech.entries()) samples.set(voice(number), second * RATE);
      return samples;
    }),
  );
}

/** The words of a channel, in their order. */
export const wordsOf = (speech: Speech): string[] =>
  speech.flatMap((number) => (number === null ? [] : [wordOf(number)]));

export type ToneRig = Awaited<ReturnType<typeof startToneRig>>;

/** Steps whose recordings are transcribed by a server that hears what it is sent. */
export async function startToneRig() {
  const rig = await startStepRig({ SPEECH_PROVIDER: 'openai-compatible' });
  const server = await startToneServer();
  const speechWith = (env: Readonly<Record<string, string>> = {}) =>
    rig.speechWith({ TRANSCRIPTION_BASE_URL: server.baseUrl, ...env });

  /** The archived call of a recording. */
  async function callOf(audio: Buffer) {
    const recording = { audio: { base64: audio.toString('base64') } };
    const call = await rig.newCall({ ...recording, transcript: undefined, words: [] });
    await call.upTo('transcribeRecording');
    return call;
  }
  type Call = Awaited<ReturnType<typeof callOf>>;

  /** What the transcript has, channel by channel (`null`: all as one), and what the log says of it. */
  async function transcriptOf(call: Call) {
    const { call: row, logs } = await call.rows();
    const segments = (row.transcript?.segments ?? []) as {
      channel: number | null;
      text: string;
      startSeconds: number;
    }[];
    const said = (channel: number | null) =>
      segments
        .filter((segment) => segment.channel === channel)
        .flatMap(({ text }) => text.split(' '));
    const { message = '' } = logs.find(({ event }) => event === 'TRANSCRIPTION_SUCCESS') ?? {};
    return { row, segments, said, message };
  }

  return {
    rig,
    server,
    speechWith,
    callOf,
    transcriptOf,
    /** Transcribes a call in an attempt. */
    transcribe: (call: Call, number = 1, instead: Partial<ActivitiesDeps> = {}) =>
      call.attempt('transcribeRecording', number, { speech: speechWith(), ...instead }),
    async stop(): Promise<void> {
      await server.close();
      await rig.stop();
    },
  };
}

/** Nothing was sent twice that was accepted once. */
export function assertPaidOnce(server: ToneRig['server']): void {
  const hashes = server.accepted().map(({ hash }) => hash);
  assert.equal(new Set(hashes).size, hashes.length, 'A part was paid for twice.');
}

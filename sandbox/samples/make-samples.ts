import '../../src/process/node-version.cjs';

import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from '../../src/process/arguments.ts';
import { DIALOGUES, RECORDGROUP } from './dialogues.ts';
import type { Dialogue } from './dialogues.ts';
import type { Word } from '../core/sample-file.ts';

/** Telephone quality: 8000 samples a second, 16 bits each. */
const SAMPLE_RATE = 8000;
const BYTES_PER_SECOND = SAMPLE_RATE * 2;
/** About the pause that people make between two turns. */
const GAP_SECONDS = 0.3;
const SILENCE_SECONDS = 8;
/** Words a minute: a little brisk, which keeps the files small and can still be understood. */
const SPEED = '185';

const RAW = ['-t', 'raw', '-e', 'signed', '-b', '16', '-r', String(SAMPLE_RATE)];

/** One turn of a voice as raw samples, through the pass band of a telephone. */
function speak(voice: string, text: string): Buffer {
  const spoken = execFileSync('espeak-ng', ['-v', voice, '-s', SPEED, '--stdout', text]);
  // Without -D, sox would add random dither, and the files would differ each time.
  return execFileSync('sox', ['-D', '-t', 'wav', '-', ...RAW, '-c', '1', '-', 'sinc', '300-3400'], {
    input: spoken,
  });
}

/** The words of a turn, each as long as its share of the letters. */
function timeWords(text: string, channel: number, start: number, seconds: number): Word[] {
  const words = text.split(' ');
  const perLetter = seconds / (text.length + 1);
  let at = start;
  return words.map((word) => {
    const begin = at;
    at += (word.length + 1) * perLetter;
    return { channel, start: round(begin), end: round(at - perLetter), text: word };
  });
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

/** The tracks of a dialogue, one for each channel, and the words on them. */
function render(dialogue: Dialogue): { tracks: Buffer[]; words: Word[] } {
  const tracks: Buffer[][] = Array.from({ length: dialogue.channels }, () => []);
  const words: Word[] = [];
  let at = 0;
  const pad = (seconds: number): Buffer => Buffer.alloc(Math.round(SAMPLE_RATE * seconds) * 2);
  dialogue.turns.forEach((text, index) => {
    const pcm = Buffer.concat([
      speak(dialogue.voices[index % 2] ?? 'en-gb', text),
      pad(GAP_SECONDS),
    ]);
    const seconds = pcm.length / BYTES_PER_SECOND;
    const channel = dialogue.channels === 1 ? 0 : index % 2;
    tracks.forEach((track, number) =>
      track.push(number === channel ? pcm : Buffer.alloc(pcm.length)),
    );
    words.push(...timeWords(text, channel + 1, at, seconds - GAP_SECONDS));
    at += seconds;
  });
  if (dialogue.turns.length === 0) {
    tracks.forEach((track) => track.push(lineNoise()));
  }
  return { tracks: tracks.map((track) => Buffer.concat(track)), words };
}

/** An open line is never completely silent; -R makes sox's noise the same each time. */
function lineNoise(): Buffer {
  const synth = ['synth', String(SILENCE_SECONDS), 'pinknoise', 'vol', '0.002'];
  return execFileSync('sox', ['-R', '-D', '-n', ...RAW, '-c', '1', '-', ...synth]);
}

function writeAudio(dialogue: Dialogue, tracks: readonly Buffer[]): void {
  const base = join(import.meta.dirname, dialogue.name);
  const raws = tracks.map((track, index) => {
    const path = `${base}.${index}.raw`;
    writeFileSync(path, track);
    return path;
  });
  const inputs = raws.flatMap((path) => [...RAW, '-c', '1', path]);
  const merge = raws.length > 1 ? ['-M'] : [];
  const encoding = dialogue.encoding ? ['-e', dialogue.encoding] : ['-b', '16', '-e', 'signed'];
  execFileSync('sox', ['-D', ...merge, ...inputs, ...encoding, `${base}.wav`]);
  raws.forEach((path) => rmSync(path));
  if (dialogue.format === 'mp3') {
    // 24 kbit/s: the lowest rate at which the synthetic voices still sound acceptable.
    execFileSync('lame', ['--quiet', '-b', '24', '-m', 'm', `${base}.wav`, `${base}.mp3`]);
    rmSync(`${base}.wav`);
  }
}

function writeJson(dialogue: Dialogue, words: readonly Word[], seconds: number): void {
  const { name, title, callRecordingId, recordid, format, numbers, reply, expect, faults } =
    dialogue;
  const start = Number(callRecordingId.split('.')[0]);
  // The phone rings for a few seconds before the recording begins.
  const ringing = 4;
  const talktime = Math.ceil(seconds);
  const sample = {
    title,
    callRecordingId,
    recordgroup: RECORDGROUP,
    recordid,
    audio: `${name}.${format}`,
    metadata: {
      ...numbers,
      start,
      end: start + ringing + talktime,
      totaltime: ringing + talktime,
      talktime,
    },
    ...(reply === undefined ? {} : { reply }),
    expect,
    ...(faults === undefined ? {} : { faults }),
  };
  // One word per line reads better than one field per line.
  const list = words.map((word) => `    ${JSON.stringify(word)}`).join(',\n');
  const text = JSON.stringify(sample, null, 2).slice(0, -2);
  const wordsText = words.length === 0 ? '[]' : `[\n${list}\n  ]`;
  writeFileSync(
    join(import.meta.dirname, `${name}.json`),
    `${text},\n  "words": ${wordsText}\n}\n`,
  );
}

readArguments({
  name: 'node sandbox/samples/make-samples.ts',
  does: 'Makes the sample calls anew: audio with espeak-ng, sox and lame (Debian: apt-get install espeak-ng sox lame), and a JSON file beside each. What it makes is committed, so that nobody needs these tools to run the samples.',
});

for (const dialogue of DIALOGUES) {
  const { tracks, words } = render(dialogue);
  writeAudio(dialogue, tracks);
  const seconds = (tracks[0]?.length ?? 0) / BYTES_PER_SECOND;
  writeJson(dialogue, words, seconds);
  process.stdout.write(`${dialogue.name}: ${seconds.toFixed(1)} s, ${words.length} words\n`);
}

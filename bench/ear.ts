import '../src/process/node-version.cjs';

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { audioTypeOf } from '../src/audio/audio-format.ts';
import { createEar, type Ear } from '../src/audio/ear/ear.ts';
import { readArguments } from '../src/process/arguments.ts';

/** What an hour of audio may cost, in CPU seconds. */
const ALLOWED_SECONDS = 20;

/** Six minutes are enough for a figure: the cost grows with the length. */
const SECONDS = 360;
const RATE = 8_000;
const MEGABYTE = 1_000_000;

/** How the formats are made from a WAV file; a tool that is not installed leaves its format out. */
const FORMATS: readonly (readonly [
  string,
  string,
  (source: string, target: string) => string[],
])[] = [
  ['µ-law', 'sox', (source, target) => [source, '-e', 'mu-law', `${target}.wav`]],
  ['MP3', 'lame', (source, target) => ['--quiet', '-b', '32', source, `${target}.mp3`]],
  ['Opus', 'opusenc', (source, target) => ['--quiet', '--bitrate', '32', source, `${target}.opus`]],
  ['FLAC', 'sox', (source, target) => [source, `${target}.flac`]],
];

readArguments({
  name: 'npm run bench:ear',
  does: 'Measures what it costs to hear an hour of two channels, in each format that sox, lame and opusenc can make here. Ends with code 1 if a format takes more than 20 CPU seconds.',
});

const folder = mkdtempSync(join(tmpdir(), 'bench-ear-'));
const ear = createEar();
try {
  const wav = join(folder, 'pcm.wav');
  writeFileSync(wav, dialogue());
  const files: [string, string][] = [['PCM', wav]];
  for (const [name, tool, toArguments] of FORMATS) {
    const target = join(folder, name);
    const made = toArguments(wav, target);
    try {
      execFileSync(tool, made);
      files.push([name, made.find((each) => each.startsWith(target)) ?? '']);
    } catch (error) {
      console.log(
        `${name}: not measured, ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  for (const [name, path] of files) {
    const before = process.cpuUsage();
    await hear(ear, path);
    const { user, system } = process.cpuUsage(before);
    const seconds = ((user + system) / 1e6) * (3_600 / SECONDS);
    const isWithin = seconds <= ALLOWED_SECONDS;
    const memory = (process.resourceUsage().maxRSS * 1024) / MEGABYTE;
    console.log(
      `${name.padEnd(6)} ${seconds.toFixed(1).padStart(5)} CPU seconds an hour of ${ALLOWED_SECONDS} allowed: ${isWithin ? 'good' : 'TOO MUCH'}; peak memory so far ${memory.toFixed(0)} MB`,
    );
    if (!isWithin) process.exitCode = 1;
  }
} finally {
  await ear.close();
  rmSync(folder, { recursive: true, force: true });
}

async function hear({ listen }: Ear, path: string): Promise<void> {
  const file = await open(path);
  let listener: ReturnType<Ear['listen']> | null = null;
  for await (const chunk of file.createReadStream() as AsyncIterable<Buffer>) {
    const type = listener === null ? await audioTypeOf(chunk) : null;
    if (type !== null) listener = listen(type.extension, 2);
    await listener?.write(chunk);
  }
  const hearing = await listener?.end();
  if (hearing === undefined || 'notHeard' in hearing)
    throw new Error(`It was not heard: ${JSON.stringify(hearing)}`);
}

/** Two channels of 16-bit PCM that speak in turns of five seconds, over a quiet hiss. */
function dialogue(): Buffer {
  const frames = SECONDS * RATE;
  const wav = Buffer.alloc(44 + frames * 4);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  for (const [at, value] of [16, 0x2_0001, RATE, RATE * 4, 0x10_0004].entries())
    wav.writeUInt32LE(value, 16 + at * 4);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(frames * 4, 40);
  for (let frame = 0; frame < frames; frame += 1) {
    const at = frame / RATE;
    const speaker = Math.floor(at / 5) % 2;
    const syllable = 0.1 + 0.9 * Math.sin(Math.PI * 4 * at) ** 2;
    for (const channel of [0, 1]) {
      const loudness = channel === speaker ? 8_000 * syllable : 30;
      const sample = loudness * (Math.random() - 0.5 + Math.sin(2 * Math.PI * 180 * at) / 2);
      wav.writeInt16LE(Math.round(sample), 44 + frame * 4 + channel * 2);
    }
  }
  return wav;
}

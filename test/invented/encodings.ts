import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { codedWav } from '../audio/ear/coded-wav.ts';
import { RATE } from './studio.ts';

export type Encoding = {
  readonly name: string;
  /** The program that makes it; `null`: none is needed. */
  readonly program: string | null;
  /** Whether it is decoded here; if not, nothing can be judged by its sound. */
  readonly isHeard: boolean;
  encode(channels: readonly Float32Array[]): Buffer;
};

/** Every format that recordings come in, as it is made here. */
export const ENCODINGS: readonly Encoding[] = [
  own('WAV, 16 bits', 'pcm16'),
  own('WAV, µ-law', 'mulaw'),
  own('WAV, A-law', 'alaw'),
  by('WAV, 8 bits', 'sox', (source) => [source, '-b', '8', '-e', 'unsigned', 'out.wav']),
  by('WAV, 24 bits at 44.1 kHz', 'sox', (source) => [source, '-b', '24', '-r', '44100', 'out.wav']),
  by('WAV, floating point', 'sox', (source) => [source, '-b', '32', '-e', 'float', 'out.wav']),
  by('MP3', 'lame', (source) => ['--quiet', '-b', '32', '-m', 's', source, 'out.mp3']),
  by('MP3, joint stereo', 'lame', (source) => [
    '--quiet',
    '-b',
    '24',
    '-m',
    'j',
    source,
    'out.mp3',
  ]),
  by('Opus', 'opusenc', (source) => ['--quiet', '--bitrate', '64', source, 'out.opus']),
  by('FLAC', 'flac', (source) => ['--silent', '-o', 'out.flac', source]),
  by('FLAC in Ogg', 'flac', (source) => ['--silent', '--ogg', '-o', 'out.oga', source]),
  by('WAV, GSM 6.10', 'sox', (source) => [source, '-e', 'gsm', '-c', '1', 'out.wav'], false),
  by('Vorbis', 'oggenc', (source) => ['--quiet', '-o', 'out.ogg', source], false),
];

/** Whether a program is there; whatever it says of the option. */
export const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version']).error === undefined;

function own(name: string, coding: Parameters<typeof codedWav>[2]): Encoding {
  return {
    name,
    program: null,
    isHeard: true,
    encode: (channels) => codedWav(channels, RATE, coding),
  };
}

function by(
  name: string,
  program: string,
  toArguments: (source: string) => readonly string[],
  isHeard = true,
): Encoding {
  return {
    name,
    program,
    isHeard,
    encode(channels) {
      const folder = mkdtempSync(join(tmpdir(), 'invented-'));
      try {
        writeFileSync(join(folder, 'in.wav'), codedWav(channels, RATE, 'pcm16'));
        const made = toArguments('in.wav');
        execFileSync(program, made, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
        return readFileSync(join(folder, made.find((each) => each.startsWith('out.')) ?? ''));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

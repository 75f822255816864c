import '../../../src/process/node-version.cjs';

import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { toneWav } from '../tone-rig.ts';
import { SIDES } from './two-sides.ts';

// Makes two-sides.{mp3,opus,flac} again; needs lame, opusenc and flac (Debian: lame, opus-tools, flac).

const wav = join(import.meta.dirname, 'two-sides.wav');
const target = (extension: string) => join(import.meta.dirname, `two-sides.${extension}`);
writeFileSync(wav, toneWav(...SIDES));
execFileSync('lame', ['--quiet', '-m', 's', '-b', '16', wav, target('mp3')]);
execFileSync('opusenc', ['--quiet', '--serial', '1', '--bitrate', '24', wav, target('opus')]);
execFileSync('flac', ['--silent', '--best', '--force', '-o', target('flac'), wav]);
rmSync(wav);

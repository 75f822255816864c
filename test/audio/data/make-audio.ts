import '../../../src/process/node-version.cjs';

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readArguments } from '../../../src/process/arguments.ts';

const FOLDER = join(import.meta.dirname, 'audio');
const SCRATCH = join(tmpdir(), `make-audio-${process.pid}`);

/** Long enough for a few samples at any rate, short enough to keep a file at a few kB. */
const SECONDS = '0.05';
/** An MP3 needs some frames, of up to 72 ms each, before its length can be determined. */
const MP3_SECONDS = '0.4';
/** A block of GSM 6.10 holds 40 ms at 8 kHz. */
const GSM_SECONDS = '0.2';

const CHANNELS = [1, 2] as const;
const RATES = [8000, 16_000, 44_100, 48_000] as const;

function out(name: string): string {
  return join(FOLDER, name);
}

/** Writes the tone as a 16-bit WAV file to encode from, and returns its path. */
function tone(channels: number, rate: number, seconds: string): string {
  const path = join(SCRATCH, `${channels}-${rate}-${seconds}.wav`);
  // -R and -D make sox deterministic, so that the files are the same each time.
  const format = ['-r', String(rate), '-c', String(channels), '-b', '16'];
  execFileSync('sox', ['-R', '-D', '-n', ...format, path, 'synth', seconds, 'sine', '440']);
  return path;
}

function sox(input: string, output: readonly string[]): void {
  execFileSync('sox', ['-R', '-D', input, ...output]);
}

/** Stores what an encoder writes to a pipe, where it cannot seek back to fill in the length. */
function piped(name: string, command: string, args: readonly string[]): void {
  writeFileSync(out(name), execFileSync(command, args));
}

function makeFormats(channels: number, rate: number): void {
  const name = (format: string, extension: string) =>
    out(`${format}-${channels}ch-${rate}.${extension}`);
  const source = tone(channels, rate, SECONDS);
  sox(source, ['-b', '16', '-e', 'signed', name('pcm16', 'wav')]);
  sox(source, ['-e', 'mu-law', name('mulaw', 'wav')]);
  sox(source, ['-e', 'a-law', name('alaw', 'wav')]);
  sox(source, [name('flac', 'flac')]);
  const mp3 = ['--quiet', '-b', '32', '--resample', String(rate / 1000)];
  execFileSync('lame', [...mp3, tone(channels, rate, MP3_SECONDS), name('mp3', 'mp3')]);
  execFileSync('opusenc', ['--quiet', '--serial', '1', source, name('opus', 'opus')]);
  if (rate > 16_000) return;
  sox(source, ['-b', '8', '-e', 'unsigned', name('pcm8', 'wav')]);
  // Above 16 bits sox writes the extensible header.
  sox(source, ['-b', '24', '-e', 'signed', name('pcm24', 'wav')]);
}

function makeForeignCodecs(): void {
  sox(tone(1, 8000, GSM_SECONDS), ['-e', 'gsm', out('gsm-1ch-8000.wav')]);
  sox(tone(1, 16_000, GSM_SECONDS), ['-e', 'gsm', out('gsm-1ch-16000.wav')]);
  const source = tone(1, 8000, SECONDS);
  sox(source, ['-e', 'ima-adpcm', out('adpcm-1ch-8000.wav')]);
  sox(source, ['-C', '0', out('vorbis-1ch-8000.ogg')]);
  execFileSync('speexenc', ['--quiet', source, out('speex-1ch-8000.spx')]);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', source, '-c:a', 'flac', out('flac-in-ogg.oga')]);
  sox(tone(1, 96_000, SECONDS), [out('pcm16-1ch-96000.wav')]);
  sox(tone(1, 6000, SECONDS), [out('pcm16-1ch-6000.wav')]);
  sox(tone(9, 8000, SECONDS), [out('pcm16-9ch-8000.wav')]);
}

function makePiped(): void {
  const source = tone(1, 8000, SECONDS);
  const ffmpeg = (...args: string[]) => ['-v', 'error', '-i', source, ...args, '-'];
  piped('piped-pcm16.wav', 'ffmpeg', ffmpeg('-f', 'wav'));
  piped('piped-mulaw.wav', 'ffmpeg', ffmpeg('-c:a', 'pcm_mulaw', '-f', 'wav'));
  piped('piped.flac', 'ffmpeg', ffmpeg('-f', 'flac'));
}

/** WAV files whose header was written before their samples, each claiming a different length. */
function makeUnfinished(): void {
  const wav = readFileSync(out('pcm16-1ch-8000.wav'));
  const claiming = (bytes: number, outer: number): Buffer => {
    const changed = Buffer.from(wav);
    changed.writeUInt32LE(outer, 4);
    changed.writeUInt32LE(bytes, 40);
    return changed;
  };
  writeFileSync(out('unfinished-zero.wav'), claiming(0, 36));
  writeFileSync(out('unfinished-sox.wav'), claiming(0x7fff_f000, 0x7fff_f024));
  writeFileSync(out('claims-its-own-header.wav'), claiming(wav.length, wav.length + 36));
}

function makeDamaged(): void {
  const wav = readFileSync(out('pcm16-1ch-8000.wav'));
  const mulaw = readFileSync(out('mulaw-2ch-8000.wav'));
  const opus = Buffer.from(readFileSync(out('opus-1ch-8000.opus')));
  // An Opus file may leave the sample rate of its source unspecified (RFC 7845, section 5.1).
  opus.writeUInt32LE(0, 28 + 12);
  writeFileSync(out('opus-of-unknown-rate.opus'), opus);
  writeFileSync(out('cut-in-half.wav'), wav.subarray(0, 444));
  writeFileSync(out('cut-in-half-mulaw.wav'), mulaw.subarray(0, mulaw.length / 2));
  writeFileSync(out('cut-in-the-header.wav'), wav.subarray(0, 30));
  const empty = Buffer.from(wav.subarray(0, 44));
  empty.writeUInt32LE(36, 4);
  empty.writeUInt32LE(0, 40);
  writeFileSync(out('no-samples.wav'), empty);
  writeFileSync(out('nothing.wav'), '');
  writeFileSync(out('login-page.wav'), '<!doctype html><title>Log in</title><p>Please log in.</p>\n');
  writeFileSync(out('error.wav'), '{"error":{"code":500,"message":"Internal error"}}\n');
  const tag = Buffer.from('ID3\u0004\0\0\0\0\0\n'.padEnd(20, '\0'), 'latin1');
  writeFileSync(out('only-a-tag.mp3'), Buffer.concat([tag, Buffer.alloc(500)]));
}

readArguments({
  name: 'node test/audio/data/make-audio.ts',
  does: 'Makes anew the recordings that test/audio/audio-table.test.ts reads, in the folder audio beside this file: a tone in every format, number of channels and rate, and damaged ones. audio.json, written by hand, says what each is and what should become of it. The files are committed, so that nobody needs the tools: apt-get install sox libsox-fmt-all lame opus-tools vorbis-tools speex ffmpeg.',
});

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
mkdirSync(SCRATCH);
for (const channels of CHANNELS) for (const rate of RATES) makeFormats(channels, rate);
makeForeignCodecs();
makePiped();
makeUnfinished();
makeDamaged();
rmSync(SCRATCH, { recursive: true });

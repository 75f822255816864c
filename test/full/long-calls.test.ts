// Guarantees that a call of three hours goes through a transcription server that takes ten minutes, or thirty seconds: every word once, and every part paid for once though a worker is killed in the middle. It prints what the workers' memory has grown by.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { startCall } from '../support/calls.ts';
import type { OwnProcess } from '../support/own-process.ts';
import { startService, type Service } from '../support/service.ts';
import { skipWithout } from '../support/skip-without.ts';
import { startToneServer } from '../support/tone-server.ts';
import { createToneVoice, wordOf } from '../support/tone-words.ts';
import { waitFor } from '../support/wait-for.ts';
import { wavOf } from '../audio/ear/sounds.ts';

const RATE = 8_000;
const SECONDS = 3 * 60 * 60;
/** Of the call that each worker does first. */
const SHORT_SECONDS = 5;
const MEGABYTE = 1_000_000;

/** The sandbox has no words for these recordings, and is not asked for them. */
const WORDLESS = { transcript: undefined, words: [] };

/** What OpenAI takes in a request. */
const MAX_BYTES = 26_214_400;

/** The two sides take turns of some seconds, with pauses; for a quarter of an hour both talk at once. */
function speaks(channel: number, second: number): boolean {
  if (second >= 5_000 && second < 5_900) return true;
  const turn = second % 31;
  return channel === 1 ? turn < 17 : turn >= 16 && turn < 29;
}

const numberOf = (channel: number, second: number) =>
  speaks(channel, second) ? second + (channel - 1) * 15_000 : null;

const spokenOn = (channel: number) =>
  Array.from({ length: SECONDS }, (_, second) => numberOf(channel, second)).flatMap((number) =>
    number === null ? [] : [wordOf(number)],
  );

/** Writes the call as a WAV file, second by second: three hours have 345 MB. */
function writeCall(path: string, seconds: number): void {
  const voice = createToneVoice(RATE);
  const file = openSync(path, 'w');
  const header = wavOf([new Float32Array(0), new Float32Array(0)]);
  header.writeUInt32LE(seconds * RATE * 4, 40);
  header.writeUInt32LE(seconds * RATE * 4 + 36, 4);
  writeSync(file, header);
  for (let second = 0; second < seconds; second += 1) {
    const channels = [1, 2].map((channel) => voice(numberOf(channel, second)));
    writeSync(file, wavOf(channels).subarray(header.length));
  }
  closeSync(file);
}

describe('a call of three hours with two channels', () => {
  let folder: string;
  let tones: Awaited<ReturnType<typeof startToneServer>>;
  let service: Service;

  before(async function () {
    this.timeout(300_000);
    await skipWithout(this, 'lame');
    folder = mkdtempSync(join(tmpdir(), 'long-calls-'));
    writeCall(join(folder, 'call.wav'), SECONDS);
    writeCall(join(folder, 'short.wav'), SHORT_SECONDS);
    const mp3 = ['--quiet', '-m', 's', '-b', '32', join(folder, 'call.wav')];
    await promisify(execFile)('lame', [...mp3, join(folder, 'call.mp3')]);
    tones = await startToneServer();
    service = await startService({
      env: {
        SPEECH_PROVIDER: 'openai-compatible',
        TRANSCRIPTION_BASE_URL: tones.baseUrl,
        TRANSCRIPTION_MAX_BYTES: String(MAX_BYTES),
      },
      samplesDir: folder,
      workers: 0,
    });
  });
  after(async () => {
    await service?.stop();
    await tones?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  /** A worker that has done a short call, so that all its code is loaded. */
  async function warmWorker(env: Readonly<Record<string, string>>): Promise<OwnProcess> {
    const worker = await service.startWorker({ env });
    const { callSid } = await startCall(service, { ...WORDLESS, audio: { file: 'short.wav' } });
    await untilTranscript(callSid);
    return worker;
  }

  const untilTranscript = (callSid: string) =>
    waitFor(
      'the transcript',
      () => service.database.prisma.transcript.findFirst({ where: { call: { callSid } } }),
      600_000,
    );

  for (const [file, maxSeconds, killedAt] of [
    ['call.wav', 600, 15],
    ['call.mp3', 600, 15],
    ['call.mp3', 30, 250],
  ] as const) {
    it(`is heard through a server that takes ${maxSeconds} s, whose worker is killed: ${file}`, async function () {
      this.timeout(900_000);
      const env = { TRANSCRIPTION_MAX_SECONDS: String(maxSeconds) };
      let worker = await warmWorker(env);
      let memory = watchMemory(worker);
      const reached = Promise.withResolvers<void>();
      let isKilled = false;
      tones.begin({
        limits: { maxBytes: MAX_BYTES, maxSeconds },
        async onRequest(index) {
          if (index !== killedAt || isKilled) return null;
          isKilled = true;
          await worker.kill();
          reached.resolve();
          return { status: 503 };
        },
      });
      const { callSid } = await startCall(service, { ...WORDLESS, audio: { file } });
      await reached.promise;
      const first = memory.stop();
      worker = await warmWorker(env);
      memory = watchMemory(worker);
      const transcript = await untilTranscript(callSid);
      const second = memory.stop();
      await worker.stop();

      const segments = transcript.segments as { channel: number; text: string }[];
      for (const channel of [1, 2]) {
        const own = segments.filter((segment) => segment.channel === channel);
        const said = own.flatMap(({ text }) => text.split(' '));
        assert.deepEqual(firstDifference(said, spokenOn(channel)), null);
      }
      const accepted = tones.accepted().filter(({ seconds }) => seconds !== SHORT_SECONDS);
      assert.ok(tones.requests().every(({ isRefused }) => !isRefused));
      assert.equal(new Set(accepted.map(({ hash }) => hash)).size, accepted.length);
      const grown = [first, second].map((bytes) => Math.round(bytes / MEGABYTE));
      console.log(`      its two workers took ${grown.join(' and ')} MB above idle`);
    });
  }
});

/** Where two lists of words part, with what is around; `null` when they are the same. */
function firstDifference(said: readonly string[], expected: readonly string[]) {
  const at = expected.findIndex((word, index) => said[index] !== word);
  if (at < 0 && said.length === expected.length) return null;
  const from = Math.max(0, at - 3);
  return { at, said: said.slice(from, from + 8), expected: expected.slice(from, from + 8) };
}

/** Watches how much resident memory a process takes above what it has now. */
function watchMemory({ pid }: OwnProcess) {
  const read = () => {
    try {
      const [, kilobytes] =
        /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(kilobytes ?? 0) * 1024;
    } catch {
      // It was killed.
      return 0;
    }
  };
  const idle = read();
  let most = idle;
  const timer = setInterval(() => (most = Math.max(most, read())), 100);
  return {
    /** The most that it grew, in bytes. */
    stop(): number {
      clearInterval(timer);
      return most - idle;
    },
  };
}
